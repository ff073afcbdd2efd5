"""The web side around every page: middlewares, error pages, static files, the installable site."""
