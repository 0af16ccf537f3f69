"""Receives COUNT messages, declared as a Python packet processor does, and prints one JSON line for each.

usage: kombu_consumer.py URL EXCHANGE QUEUE COUNT

On RabbitMQ that is a direct exchange bound with an empty key, where the publisher's is a topic. A line
holds the body as it came (base64), kombu's reading of it and the message's properties. Says "ready" first.
"""

import base64
import json
import socket
import sys

from kombu import Connection, Consumer, Exchange, Queue

url, exchange_name, queue_name, count = sys.argv[1:]
exchange = Exchange(exchange_name, type="direct")
queue = Queue(queue_name, exchange, routing_key="")
missing = int(count)


def on_message(body, message):
    """Prints and acks."""
    global missing
    raw = message.body if isinstance(message.body, bytes) else message.body.encode()
    line = {
        "raw": base64.b64encode(raw).decode(),
        "body": body,
        "content_type": message.content_type,
        "content_encoding": message.content_encoding,
        "headers": message.headers,
        "properties": message.properties,
        "delivery_info": message.delivery_info,
    }
    print(json.dumps(line, default=str), flush=True)
    message.ack()
    missing -= 1


with Connection(url) as connection, Consumer(
    connection, queues=[queue], callbacks=[on_message], accept=["json"], auto_declare=True
):
    print("ready", flush=True)
    while missing > 0:
        try:
            connection.drain_events(timeout=1)
        except socket.timeout:
            pass
