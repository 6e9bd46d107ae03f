import Glibc
import RawCalls

/// Attacks a daemon until its time is over.
struct Attacker {
  /// What became of the attacker's connections.
  struct Outcome {
    /// Connections that were made.
    var opened = 0
    /// Connections that the daemon has closed.
    var cut = 0
    /// Times that the daemon took no more bytes for a while.
    var stalled = 0
  }

  let path: String
  let end: ContinuousClock.Instant
  private(set) var outcome = Outcome()

  /// Bytes of a flood that are sent at once.
  private static let batch = 64 * 1024
  /// Connections that an attacker has at most, below its own limit of descriptors.
  private static let maximumConnections = 900

  init(path: String, duration: Duration) {
    self.path = path
    end = .now + duration
  }

  private var isOver: Bool { ContinuousClock.now >= end }

  mutating func run(_ kind: AttackKind) {
    while !isOver {
      switch kind.tactic {
      case .flood(let opening, let reads, let burst): flood(opening, reads: reads, burst)
      case .hold(let opening): hold(opening)
      case .connectAndClose:
        for _ in 0..<100 where connect() != nil {}
      case .trickle(let bytes): trickle(bytes)
      }
    }
  }

  private mutating func connect() -> RawCaller? {
    guard let caller = try? RawCaller(connectingTo: path, patience: .milliseconds(100)) else { return nil }
    outcome.opened += 1
    return caller
  }

  private mutating func flood(_ opening: [UInt8], reads: Bool, _ burst: (Int) -> [UInt8]) {
    guard let caller = connect(), caller.send(opening) else { return outcome.cut += 1 }
    var number = 0
    while !isOver {
      var bytes: [UInt8] = []
      repeat {
        // Stream numbers are 31 bits.
        guard number < 1 << 29 else { return }
        bytes += burst(number)
        number += 1
      } while bytes.count < Self.batch
      switch caller.deliver(bytes) {
      case .sent: break
      case .closed: return outcome.cut += 1
      case .notTaken:
        outcome.stalled += 1
        // The rest of the batch would follow in the middle of a frame.
        return
      }
      if reads { caller.drain() }
    }
  }

  private mutating func hold(_ opening: (Int) -> [UInt8]) {
    var callers: [RawCaller] = []
    var refused = 0
    while !isOver, callers.count < Self.maximumConnections, refused < 20 {
      guard let caller = connect() else { break }
      guard caller.deliver(opening(callers.count)) != .closed, caller.isGreeted() else {
        refused += 1
        outcome.cut += 1
        continue
      }
      callers.append(caller)
    }
    wait()
    withExtendedLifetime(callers) {}
  }

  private mutating func trickle(_ bytes: [UInt8]) {
    var callers: [RawCaller] = []
    while callers.count < Self.maximumConnections, let caller = connect() { callers.append(caller) }
    for byte in bytes where !isOver {
      for caller in callers where caller.deliver([byte]) == .closed { outcome.cut += 1 }
      usleep(100_000)
    }
  }

  /// The end of the attack is a moment, not an event.
  private func wait() { while !isOver { usleep(10_000) } }
}
