import LedgerEngine
import Logging

/// A log message about the host's clock.
struct ClockMessage {
  let level: Logger.Level
  let text: String

  init(_ report: ClockReport) {
    let patience = Self.text(.microseconds(LedgerClock.patience))
    switch report {
    case .openedBehind(let difference, false):
      level = .notice
      text = "the last commit is \(Self.text(difference)) old by the host's clock; ledger time goes on from that clock"
    case .openedBehind(let difference, true):
      level = .warning
      text =
        "the host's clock was set \(Self.text(difference)) ahead while the ledger was closed; ledger time follows it"
    case .openedAhead(let difference):
      level = .warning
      text =
        "the host's clock is \(Self.text(difference)) behind the last commit: set it right. Until then, ledger time runs "
        + "on from that commit, and no call to the processor is sent again"
    case .stepped(let step) where step > .zero:
      level = .warning
      text =
        "the host's clock was set \(Self.text(step)) ahead: set it right. Ledger time runs on, and follows the clock once "
        + "that has stood for \(patience)"
    case .stepped(let step):
      level = .warning
      text =
        "the host's clock was set \(Self.text(step)) back: set it right. Until then, ledger time runs on, and no call to "
        + "the processor is sent again"
    case .stepFollowed(let step) where step > .zero:
      level = .warning
      text = "the host's clock has stood \(Self.text(step)) ahead for \(patience); ledger time follows it"
    case .stepFollowed(let step):
      level = .warning
      text =
        "the host's clock has stood \(Self.text(step)) back for \(patience); ledger time stays ahead of it, and runs "
        + "slower by one part in \(LedgerClock.slowdown)"
    case .agrees:
      level = .notice
      text = "the host's clock and ledger time agree again"
    }
  }

  /// Returns the magnitude of a duration in its two largest units, for example "3652 d 12 h". From an hour on it is rounded
  /// to minutes.
  static func text(_ duration: Duration) -> String {
    let exact = abs(duration / .seconds(1))
    var seconds = UInt64(exact < 3600 ? exact.rounded() : (exact / 60).rounded() * 60)
    var parts: [String] = []
    for (unit, length) in [("d", UInt64(86_400)), ("h", 3600), ("min", 60), ("s", 1)] {
      if seconds >= length { parts.append("\(seconds / length) \(unit)") }
      seconds %= length
    }
    return parts.isEmpty ? "0 s" : parts.prefix(2).joined(separator: " ")
  }
}
