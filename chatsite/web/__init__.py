"""What stands around every page: middlewares, pages of errors, static files, the installable site."""
