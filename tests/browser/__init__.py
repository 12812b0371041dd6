"""What needs a browser: `make test-browser` looks at every page as people with and without sight do."""
