"""Packets from a queue to a CSV in plain Python, for comparison: peer_consumer.py URL batch|kombu ROWS CSV."""
import csv
import json
import os
import sys

import kombu
import redis

URL, WIRE, ROWS, PATH = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
QUEUE = "NEW_PACKETS"


def flatten(value, prefix, row):
    for key, item in value.items():
        if isinstance(item, dict):
            flatten(item, prefix + key + "_", row)
        else:
            row[prefix + key] = item
    return row


class Writer:
    """The columns are those of the first packet."""

    def __init__(self, file):
        self.file = file
        self.rows = 0
        self.csv = None

    def add(self, text):
        message = json.loads(text)
        if "data" not in message:
            return  # The agent's ledger.
        row = flatten(message["data"], "", {"idx": self.rows, "id": message.get("id")})
        if self.csv is None:
            self.csv = csv.DictWriter(self.file, list(row), extrasaction="ignore")
            self.csv.writeheader()
        self.csv.writerow(row)
        self.rows += 1


def from_batches(writer):
    client = redis.Redis.from_url(URL)
    stream, group = QUEUE + ".batch", "packet-processor"
    try:
        client.xgroup_create(stream, group, "0", mkstream=True)
    except redis.ResponseError:
        pass  # It is there.
    while writer.rows < ROWS:
        for _, entries in client.xreadgroup(group, "peer", {stream: ">"}, count=64, block=1000):
            for _, fields in entries:
                for line in fields[b"ndjson"].splitlines():
                    writer.add(line)
            client.xack(stream, group, *[entry for entry, _ in entries])


def from_kombu(writer):
    def take(body, message):
        writer.add(body)
        message.ack()

    with kombu.Connection(URL) as connection:
        exchange = kombu.Exchange(QUEUE, type="topic")
        queue = kombu.Queue(QUEUE, exchange=exchange, routing_key=QUEUE)
        # The body as text: parsed here, as for the batches.
        on_message = lambda message: take(message.body, message)
        with connection.Consumer(queue, on_message=on_message, prefetch_count=1000):
            while writer.rows < ROWS:
                connection.drain_events(timeout=10)


with open(PATH, "w", newline="") as file:
    {"batch": from_batches, "kombu": from_kombu}[WIRE](Writer(file))
    file.flush()
    os.fsync(file.fileno())
