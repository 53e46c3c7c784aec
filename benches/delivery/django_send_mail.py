"""Django's own send_mail in a loop, with its SMTP backend: each mail is composed, and has a connection of its own.

Arguments: port, number of mails. Prints the seconds that it took; ends with 3 where there is no Django.
"""
import sys
import time

try:
    from django.conf import settings
    from django.core.mail import send_mail
except ImportError:
    sys.exit(3)

port, count = int(sys.argv[1]), int(sys.argv[2])
settings.configure(
    EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
    EMAIL_HOST="127.0.0.1",
    EMAIL_PORT=port,
)
body = ("Hello Ada, this line is as long as many are in a mail of any kind.....\n" * 64)[:4096]
begun = time.monotonic()
for number in range(count):
    sent = send_mail("Interview", body, "jobs@acme.example", [f"ada{number}@example.org"])
    assert sent == 1
print(time.monotonic() - begun)
