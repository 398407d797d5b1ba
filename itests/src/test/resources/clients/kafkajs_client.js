// What a user's Node.js program does, with the kafkajs library.
//
//   kafkajs_client.js BOOTSTRAP create TOPIC PARTITIONS
//   kafkajs_client.js BOOTSTRAP produce TOPIC COUNT COMPRESSION    key<i>, value<i>; COMPRESSION: none, gzip
//   kafkajs_client.js BOOTSTRAP group TOPIC COUNT GROUP            as a group's member; commits, prints the values
//   kafkajs_client.js BOOTSTRAP offsets TOPIC                      prints partition, first and next offset
const { Kafka, CompressionTypes, logLevel } = require('kafkajs')

const commands = {
  async create(kafka, topic, partitions) {
    const admin = kafka.admin()
    await admin.connect()
    console.log(await admin.createTopics({
      topics: [{ topic, numPartitions: Number(partitions), replicationFactor: 3 }],
    }))
    await admin.disconnect()
  },

  async produce(kafka, topic, count, compression) {
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
    await producer.connect()
    for (let from = 0; from < Number(count); from += 100) {
      const messages = []
      for (let i = from; i < Math.min(from + 100, Number(count)); i++) {
        messages.push({ key: `key${i}`, value: `value${i}`, headers: { from: 'kafkajs' } })
      }
      await producer.send({
        topic, messages, acks: -1,
        compression: compression === 'gzip' ? CompressionTypes.GZIP : CompressionTypes.None,
      })
    }
    await producer.disconnect()
  },

  async group(kafka, topic, count, groupId) {
    const consumer = kafka.consumer({ groupId, heartbeatInterval: 500, maxWaitTimeInMs: 500 })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    let left = Number(count)
    await new Promise((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error))
      consumer.run({
        eachMessage: async ({ partition, message }) => {
          if (left === 0) {
            return
          }
          console.log(message.value.toString())
          await consumer.commitOffsets([{ topic, partition, offset: String(Number(message.offset) + 1) }])
          if (--left === 0) {
            consumer.pause([{ topic }])
            resolve()
          }
        },
        autoCommit: false,
      }).catch(reject)
    })
    await consumer.disconnect()
  },

  async offsets(kafka, topic) {
    const admin = kafka.admin()
    await admin.connect()
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
      console.log(partition, low, high)
    }
    await admin.disconnect()
  },
}

const [bootstrap, command, ...rest] = process.argv.slice(2)
const kafka = new Kafka({ clientId: 'kafkajs', brokers: bootstrap.split(','), logLevel: logLevel.NOTHING })
commands[command](kafka, ...rest).then(() => process.exit(0), error => {
  console.error(error)
  process.exit(1)
})
