"""Settings of the tutorial project; ``CHANNEL_LAYER`` chooses the class of its Redis layer."""

import os

SECRET_KEY = "only-for-measuring"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = [
    "daphne",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
]
ASGI_APPLICATION = "tutorial.asgi.application"
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": os.environ["CHANNEL_LAYER"],
        "CONFIG": {"hosts": [os.environ["REDIS_URL"]]},
    }
}
