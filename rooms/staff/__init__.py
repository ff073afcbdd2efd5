"""The site's admin: the site itself, and a desk for each thing that staff looks up and acts on."""
