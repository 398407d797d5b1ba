"""What a user's Python program does, with the kafka-python library.

  kafka_python_client.py BOOTSTRAP create TOPIC PARTITIONS
  kafka_python_client.py BOOTSTRAP produce TOPIC COUNT COMPRESSION    key<i>, value<i>
  kafka_python_client.py BOOTSTRAP consume TOPIC COUNT                prints the values
  kafka_python_client.py BOOTSTRAP group TOPIC COUNT GROUP            as a group's member; commits, prints the values
  kafka_python_client.py BOOTSTRAP offsets TOPIC PARTITION            prints first and next offset
"""
import sys

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

LIMIT_MS = 60_000


def create(bootstrap, topic, partitions):
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics([NewTopic(topic, int(partitions), 3)])
    print(topic in admin.list_topics())
    admin.close()


def produce(bootstrap, topic, count, compression):
    producer = KafkaProducer(
        bootstrap_servers=bootstrap, acks="all", retries=5,
        compression_type=None if compression == "none" else compression)
    futures = [
        producer.send(topic, key=b"key%d" % i, value=b"value%d" % i, headers=[("from", b"python")])
        for i in range(int(count))]
    offsets = {(f.get(timeout=60).partition, f.get().offset) for f in futures}
    producer.close()
    print(len(offsets))


def values(consumer, count):
    seen = []
    for message in consumer:
        seen.append(message.value.decode())
        if len(seen) == count:
            break
    return seen


def consume(bootstrap, topic, count):
    consumer = KafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", consumer_timeout_ms=LIMIT_MS)
    print("\n".join(values(consumer, int(count))))
    consumer.close()


def group(bootstrap, topic, count, name):
    consumer = KafkaConsumer(
        topic, bootstrap_servers=bootstrap, group_id=name, auto_offset_reset="earliest",
        enable_auto_commit=False, consumer_timeout_ms=LIMIT_MS, max_poll_records=1)
    print("\n".join(values(consumer, int(count))))
    consumer.commit()
    consumer.close()


def offsets(bootstrap, topic, partition):
    consumer = KafkaConsumer(bootstrap_servers=bootstrap)
    where = TopicPartition(topic, int(partition))
    print(consumer.beginning_offsets([where])[where], consumer.end_offsets([where])[where])
    consumer.close()


if __name__ == "__main__":
    bootstrap_servers, command, *arguments = sys.argv[1:]
    globals()[command](bootstrap_servers.split(","), *arguments)
