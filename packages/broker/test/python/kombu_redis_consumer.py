"""Receives COUNT messages from Redis, declared as a Python packet processor does, a JSON line for each.

usage: kombu_redis_consumer.py URL QUEUE COUNT VISIBILITY_TIMEOUT ack|hold

With "ack" it acks them and ends; with "hold" it keeps them, until it is killed. Messages that others
took more than VISIBILITY_TIMEOUT seconds ago it gives back to their queue first.
"""

import json
import socket
import sys
import time

from kombu import Connection, Consumer, Exchange, Queue

url, name, count, visibility_timeout, manner = sys.argv[1:]
queue = Queue(name, Exchange(name, type="direct"), routing_key="")
options = {"visibility_timeout": float(visibility_timeout)}
missing = int(count)


def on_message(body, message):
    """Prints, and acks if that is the manner."""
    global missing
    print(json.dumps({"body": body, "headers": message.headers}), flush=True)
    if manner == "ack":
        message.ack()
    missing -= 1


with Connection(url, transport_options=options) as connection, Consumer(
    connection, queues=[queue], callbacks=[on_message], accept=["json"]
):
    while missing > 0:
        try:
            connection.drain_events(timeout=1)
        except socket.timeout:
            pass
    while manner == "hold":
        time.sleep(1)
