"""`manage.py runserver`: Daphne's, with this project's server."""

from daphne.management.commands.runserver import Command as DaphneCommand

from chatsite.server.server import Server


class Command(DaphneCommand):  # type: ignore[misc]
    server_cls = Server
