"""The 24-hour clock: staff compares these times with logs and with each other. Their pages name the zone once."""

DATETIME_FORMAT = "j M Y, H:i"
SHORT_DATETIME_FORMAT = DATETIME_FORMAT
