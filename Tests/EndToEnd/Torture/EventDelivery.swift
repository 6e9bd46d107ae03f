import CreditsClient
import Foundation
import Synchronization

/// Delivers a part of the processor's events to `creditsd`, as a webhook receiver does: repeated until accepted. `creditsd`
/// has to fetch the others. Some events move people to act at the processor.
final class EventDelivery: Sendable {
  private let stage: Stage
  private let dashboard: Dashboard
  private let tally: Tally
  private let seed: UInt64
  private let isLast = Mutex(false)

  private static let maximumInFlight = 32
  private static let lostShare = 0.3
  private static let refundedShare = 0.05
  private static let renewedShare = 0.02
  private static let renewedCard = "pm_sim_expires_2041_03"

  init(stage: Stage, dashboard: Dashboard, tally: Tally, seed: UInt64) {
    self.stage = stage
    self.dashboard = dashboard
    self.tally = tally
    self.seed = seed
  }

  /// Makes `run` return once the remaining events are delivered. Called when no more recharges are made.
  func finish() { isLast.withLock { $0 = true } }

  func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      var reader = EventReader(path: stage.files.path("events"))
      var numbers = SeededNumbers(seed: seed, stream: .max)
      var inFlight = 0
      while true {
        let isLast = isLast.withLock { $0 }
        let events = try reader.take()
        for (index, event) in events.enumerated() {
          if inFlight >= Self.maximumInFlight { try await group.next() } else { inFlight += 1 }
          let client = try await stage.client(index)
          let isLost = numbers.happens(Self.lostShare)
          let act = isLast ? nil : act(on: event, &numbers)
          group.addTask {
            if isLost { self.tally.note("events lost") } else { try await self.deliver(event, to: client) }
            await act?()
          }
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
  }

  /// Returns what people do about an event, or nil for most.
  private func act(on event: EventReader.Event, _ numbers: inout SeededNumbers) -> (@Sendable () async -> Void)? {
    let fields = String(decoding: event.payload, as: UTF8.self).split(separator: "\t", omittingEmptySubsequences: false)
    guard fields.count >= 8 else { return nil }
    switch fields[1] {
    case "charge":
      // Banks do not dispute what was given back, so that what they take is known.
      guard fields[9] == "paid", !TestCards.simulated.disputed.contains(String(fields[4])),
        numbers.happens(Self.refundedShare), let micros = Int64(fields[7])
      else { return nil }
      let amount = Money.micros(Int64(numbers.number(1...Int(micros / 10_000))) * 10_000)
      let charge = String(fields[5])
      tally.note("given back at the processor")
      return { [dashboard] in await dashboard.giveBack(amount, ofCharge: charge) }
    case "attachment":
      guard fields[6] == "attached", TestCards.simulated.good.contains(String(fields[5])),
        numbers.happens(Self.renewedShare)
      else { return nil }
      let token = String(fields[4])
      tally.note("cards issued anew")
      return { [dashboard] in await dashboard.renew(cardBehind: token, as: Self.renewedCard) }
    default: return nil
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
