import Testing

@testable import ServiceProcess

@Suite("The queue of log lines")
struct LineQueueTests {
  private static let line = Array("a line of the log\n".utf8)

  private static func fill(_ queue: inout LineQueue, isUrgent: Bool) -> Int {
    let limit = isUrgent ? LineQueue.mostBytes : LineQueue.mostBytesOfInformation
    let count = limit / line.count
    for _ in 0..<count { queue.append(line, isUrgent: isUrgent) }
    return count
  }

  private static func takeAll(_ queue: inout LineQueue) -> [LineQueue.Chunk] {
    var chunks: [LineQueue.Chunk] = []
    while true {
      let chunk = queue.takeChunk()
      if chunk.isEmpty { return chunks }
      chunks.append(chunk)
    }
  }

  @Test("gives the lines in their order, in chunks")
  func order() {
    var queue = LineQueue()
    let lines = (0..<5000).map { Array("line \($0)\n".utf8) }
    for line in lines { queue.append(line, isUrgent: false) }
    let chunks = Self.takeAll(&queue)
    #expect(chunks.flatMap(\.bytes) == lines.flatMap { $0 })
    #expect(chunks.allSatisfy { $0.missingLines == 0 && $0.bytes.count <= LineQueue.chunkSize })
    #expect(queue.takeChunk().isEmpty)
  }

  @Test("counts what it has no room for, where it would have been")
  func missing() {
    var queue = LineQueue()
    let count = Self.fill(&queue, isUrgent: true)
    for _ in 0..<7 { queue.append(Self.line, isUrgent: true) }
    let first = queue.takeChunk()
    queue.append(Array("later\n".utf8), isUrgent: true)
    let rest = Self.takeAll(&queue)
    let written = ([first] + rest).reduce(0) { $0 + $1.bytes.count(where: { $0 == UInt8(ascii: "\n") }) }
    #expect(written == count + 1)
    #expect(rest.last == LineQueue.Chunk(missingLines: 7, bytes: Array("later\n".utf8)))
    #expect(([first] + rest.dropLast()).allSatisfy { $0.missingLines == 0 })
  }

  @Test("keeps room for warnings when information has taken its part")
  func urgency() {
    var queue = LineQueue()
    _ = Self.fill(&queue, isUrgent: false)
    queue.append(Self.line, isUrgent: false)
    queue.append(Array("warning\n".utf8), isUrgent: true)
    #expect(Self.takeAll(&queue).last == LineQueue.Chunk(missingLines: 1, bytes: Array("warning\n".utf8)))
  }

  @Test("takes a line that is longer than a chunk")
  func longLine() {
    var queue = LineQueue()
    let line = [UInt8](repeating: UInt8(ascii: "x"), count: LineQueue.chunkSize * 2) + [UInt8(ascii: "\n")]
    queue.append(line, isUrgent: false)
    #expect(queue.takeChunk().bytes == line)
  }
}
