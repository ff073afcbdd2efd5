"""Scripts and style sheets as pages load them: each with all that it imports, in one file.

Files are written, and served with DEBUG, as ES modules and style sheets that import each other.
`collectstatic` makes the files of a release from them (chatsite.web.staticfiles).
"""
