import CreditsClient
import Foundation
import Synchronization

/// Delivers the processor's events to `creditsd`, as a webhook receiver does: retried until accepted.
final class EventDelivery: Sendable {
  private let stage: Stage
  private let tally: Tally
  private let isLast = Mutex(false)
  /// The disputes in the delivered events, by id.
  private let disputes = Mutex<[String: Dispute]>([:])

  struct Dispute {
    var chargeID: String
    var micros: Int64
    var isWon: Bool
  }

  private static let maximumInFlight = 32

  init(stage: Stage, tally: Tally) {
    self.stage = stage
    self.tally = tally
  }

  /// The micros that banks withhold, by charge id.
  var taken: [String: Int64] {
    disputes.withLock { disputes in
      var taken: [String: Int64] = [:]
      for dispute in disputes.values { taken[dispute.chargeID, default: 0] += dispute.isWon ? 0 : dispute.micros }
      return taken
    }
  }

  /// Makes `run` return once the remaining events are delivered. Called when no more events will be written.
  func finish() { isLast.withLock { $0 = true } }

  func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      var reader = EventReader(path: stage.files.path("events"))
      var inFlight = 0
      while true {
        let isLast = isLast.withLock { $0 }
        let events = try reader.take()
        for (index, event) in events.enumerated() {
          if inFlight >= Self.maximumInFlight { try await group.next() } else { inFlight += 1 }
          let client = try await stage.client(index)
          group.addTask { try await self.deliver(event, to: client) }
        }
        if events.isEmpty, isLast { break }
        if events.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
      }
      try await group.waitForAll()
    }
  }

  private func deliver(_ event: EventReader.Event, to client: CreditsClient) async throws {
    let calls = PersistentCalls(credits: client, wallet: "the postman")
    let recharge = try await calls.until("") { credits, _ in
      try await credits.paymentMethod.ingest(event.payload, signature: event.signature)
    }
    tally.note(recharge == nil ? "events ignored" : "events taken")
    keep(String(decoding: event.payload, as: UTF8.self).split(separator: "\t"))
  }

  /// Records a dispute. Events may be out of order, so a won dispute stays won.
  private func keep(_ fields: [Substring]) {
    guard fields.count == 7, fields[1] == "dispute", let micros = Int64(fields[4]) else { return }
    disputes.withLock { disputes in
      let isWon = fields[6] == "won" || disputes[String(fields[2])]?.isWon == true
      disputes[String(fields[2])] = Dispute(chargeID: String(fields[3]), micros: micros, isWon: isWon)
    }
  }
}

/// Reads the file that the simulator appends its events to.
private struct EventReader {
  struct Event: Sendable {
    var signature: String
    var payload: [UInt8]
  }

  private let path: String
  private var offset: UInt64 = 0

  init(path: String) { self.path = path }

  /// Returns the new complete lines as events. A partially written line is returned later.
  mutating func take() throws -> [Event] {
    guard let file = FileHandle(forReadingAtPath: path) else { return [] }
    defer { try? file.close() }
    try file.seek(toOffset: offset)
    let bytes = try file.read(upToCount: 1 << 20) ?? Data()
    guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
    offset += UInt64(end - bytes.startIndex + 1)
    return bytes[..<end].split(separator: UInt8(ascii: "\n")).compactMap { line in
      guard let tab = line.firstIndex(of: UInt8(ascii: "\t")) else { return nil }
      return Event(
        signature: String(decoding: line[..<tab], as: UTF8.self),
        payload: Array(line[line.index(after: tab)...])
      )
    }
  }
}
