"""The site's admin: the site itself, and a module for each kind of row that staff looks up and acts on."""
