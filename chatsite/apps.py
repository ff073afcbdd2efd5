from django.contrib.admin.apps import AdminConfig


class StaffConfig(AdminConfig):
    """Django's admin, as the staff of this site knows it."""

    default_site = "rooms.staff.site.StaffSite"
