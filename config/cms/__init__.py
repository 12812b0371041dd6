"""Reading the files that CMS publishes into the project's own tables of dated entries."""
