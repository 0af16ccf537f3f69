"""Publishes each line of standard input as a JSON message, declared as a Python capture agent does.

usage: kombu_publisher.py URL EXCHANGE QUEUE ROUTING_KEY

On RabbitMQ that is a durable topic exchange, a durable queue and the binding of both; a declaration
that the broker refuses ends the program with its words. Says "published N" at the end.
"""

import json
import sys

from kombu import Connection, Exchange, Producer, Queue

url, exchange_name, queue_name, routing_key = sys.argv[1:]
exchange = Exchange(exchange_name, type="topic", durable=True)
queue = Queue(queue_name, exchange, routing_key=routing_key, durable=True)

with Connection(url) as connection, connection.channel() as channel:
    producer = Producer(channel=channel, auto_declare=True, serializer="json")
    count = 0
    for line in sys.stdin:
        producer.publish(
            json.loads(line),
            exchange=exchange,
            routing_key=routing_key,
            auto_declare=True,
            serializer="json",
            declare=[exchange, queue],
        )
        count += 1
    print("published", count, flush=True)
