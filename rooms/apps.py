from django.apps import AppConfig, apps
from django.core import checks
from django.db.models.signals import post_migrate


class RoomsConfig(AppConfig):
    name = "rooms"
    verbose_name = "Rooms"

    def ready(self) -> None:
        from history import notices
        from rooms import lookups, roles
        from rooms.actions import verbs
        from rooms.file_checks import check_shared
        from rooms.pushing.checks import check_common_key, check_key

        lookups.register()
        notices.SENTENCES |= verbs.SENTENCES
        checks.register(check_shared, checks.Tags.database)
        checks.register(check_key, checks.Tags.security)
        checks.register(check_common_key, checks.Tags.security, deploy=True)
        post_migrate.connect(
            roles.keep, sender=apps.get_app_config("auth"), dispatch_uid="rooms.roles"
        )
