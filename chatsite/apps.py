from django.contrib.admin.apps import AdminConfig


class StaffConfig(AdminConfig):
    """Django's admin with this site's own pages for the staff."""

    default_site = "rooms.staff.site.StaffSite"
