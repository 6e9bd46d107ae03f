/// A bounded queue of log lines. When it is full, it counts the lines that it drops, and keeps the count at their place in
/// the order.
struct LineQueue: Sendable {
  /// About a second of a busy call log, and little beside the rest of the process.
  static let mostBytes = 256 * 1024
  /// The part that lines below the level `warning` may fill.
  static let mostBytesOfInformation = mostBytes / 4 * 3
  /// The size of a write(2). A chunk that has been taken no longer counts towards `mostBytes`.
  static let chunkSize = 16 * 1024

  /// The lines to write next.
  struct Chunk: Hashable, Sendable {
    /// How many lines were dropped before `bytes`.
    var missingLines = 0
    /// Whole lines.
    var bytes: [UInt8] = []

    var isEmpty: Bool { missingLines == 0 && bytes.isEmpty }
  }

  private enum Item: Sendable {
    case line([UInt8])
    case missing(Int)
  }

  private var items: [Item] = []
  /// The index of the first item that has not been taken.
  private var first = 0
  private var byteCount = 0

  init() {}

  /// Adds a line, which includes its line feed. Drops and counts it if there is no room.
  mutating func append(_ line: [UInt8], isUrgent: Bool) {
    let limit = isUrgent ? Self.mostBytes : Self.mostBytesOfInformation
    if byteCount + line.count <= limit {
      items.append(.line(line))
      byteCount += line.count
    } else if first < items.count, case .missing(let count) = items[items.count - 1] {
      items[items.count - 1] = .missing(count + 1)
    } else {
      items.append(.missing(1))
    }
  }

  /// Takes the next lines, up to the next place where lines were dropped: at most `chunkSize` bytes, but at least one line.
  /// Empty if the queue is empty.
  mutating func takeChunk() -> Chunk {
    var chunk = Chunk()
    taking: while first < items.count {
      switch items[first] {
      case .missing(let count):
        guard chunk.isEmpty else { break taking }
        chunk.missingLines = count
      case .line(let line):
        guard chunk.bytes.isEmpty || chunk.bytes.count + line.count <= Self.chunkSize else { break taking }
        chunk.bytes += line
        byteCount -= line.count
      }
      first += 1
    }
    dropTaken()
    return chunk
  }

  private mutating func dropTaken() {
    // Amortized: each item is moved at most once for each item that is taken.
    guard first == items.count || first > items.count / 2 else { return }
    items.removeFirst(first)
    first = 0
  }
}
