"""`python -m tasks.store.migrations "Why the tables change"` writes the next migration from what schema.py now says."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config

from tasks.store.engine import connect, parse
from tasks.store.upgrade import MIGRATIONS, upgrade


def main(why: str) -> None:
    """A new file in versions/, numbered after the last, holding the difference between its tables and schema.py."""
    number = len(list((MIGRATIONS / "versions").glob("[0-9]*.py"))) + 1
    with tempfile.TemporaryDirectory() as folder:
        engine = connect(parse(f"sqlite:///{Path(folder) / 'old.db'}"))
        if number > 1:
            upgrade(engine)
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.revision(config, why, autogenerate=True, rev_id=f"{number:04d}")
        engine.dispose()


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
