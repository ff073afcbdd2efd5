"""The 24-hour clock and the zone's name: staff compares these times with logs and with each other."""

DATETIME_FORMAT = "j M Y, H:i T"
SHORT_DATETIME_FORMAT = DATETIME_FORMAT
