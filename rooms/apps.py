from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class RoomsConfig(AppConfig):
    name = "rooms"
    verbose_name = "Rooms"

    def ready(self) -> None:
        from history import notices
        from rooms import lookups, roles
        from rooms.actions import verbs

        lookups.register()
        notices.SENTENCES |= verbs.SENTENCES
        post_migrate.connect(
            roles.keep, sender=apps.get_app_config("auth"), dispatch_uid="rooms.roles"
        )
