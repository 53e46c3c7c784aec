"""What Django's send_mail amounts to without Django: each mail is composed, and has a connection of its own.

Arguments: port, number of mails. Prints the seconds that it took.
"""
import smtplib
import sys
import time
from email.mime.text import MIMEText
from email.utils import formatdate, make_msgid

port, count = int(sys.argv[1]), int(sys.argv[2])
body = ("Hello Ada, this line is as long as many are in a mail of any kind.....\n" * 64)[:4096]
begun = time.monotonic()
for number in range(count):
    message = MIMEText(body, "plain", "utf-8" if not body.isascii() else "us-ascii")
    message["Subject"] = "Interview"
    message["From"] = "jobs@acme.example"
    message["To"] = f"ada{number}@example.org"
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain="acme.example")
    connection = smtplib.SMTP("127.0.0.1", port, local_hostname="localhost")
    connection.sendmail(message["From"], [message["To"]], message.as_bytes())
    connection.quit()
print(time.monotonic() - begun)
