import Glibc
import Ledger
import PaymentProcessing

/// Owns the file in which the simulated processor keeps its charges: one line a change, synced before it counts.
struct ChargeLog: ~Copyable {
  package struct OpenError: Error, CustomStringConvertible {
    package let description: String
  }

  struct Line {
    var key: String
    /// What the key was first used for, so that another use is noticed.
    var request: String
    var charge: ProcessorCharge
  }

  private let file: Int32

  /// Opens the log, alone, and gives `take` each of its lines. A last line that a crash cut short never counted.
  init(path: String, take: (Line) -> Void) throws(OpenError) {
    file = open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw ChargeLog.failure("open", path) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else { throw ChargeLog.failure("lock", path) }
    var whole = try readAll(path)
    if let end = whole.lastIndex(of: UInt8(ascii: "\n")) {
      whole.removeSubrange((end + 1)...)
    } else {
      whole = []
    }
    guard ftruncate(file, whole.count) == 0 else { throw ChargeLog.failure("mend", path) }
    for (number, text) in whole.split(separator: UInt8(ascii: "\n")).enumerated() {
      guard let line = Line(String(decoding: text, as: UTF8.self)) else {
        throw OpenError(description: "\(path): line \(number + 1) is damaged")
      }
      take(line)
    }
  }

  deinit { if file >= 0 { close(file) } }

  /// Returns false when the line may or may not be there after a crash.
  func append(_ line: Line) -> Bool {
    var text = line.text + "\n"
    let written = text.withUTF8 { write(file, $0.baseAddress, $0.count) == $0.count }
    return written && fdatasync(file) == 0
  }

  private func readAll(_ path: String) throws(OpenError) -> [UInt8] {
    var whole: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = pread(file, &buffer, buffer.count, whole.count)
      guard count >= 0 else { throw ChargeLog.failure("read", path) }
      if count == 0 { return whole }
      whole += buffer[..<count]
    }
  }

  private static func failure(_ action: String, _ path: String) -> OpenError {
    OpenError(description: "cannot \(action) \(path): \(String(cString: strerror(errno)))")
  }
}

extension ChargeLog.Line {
  /// Fields are ids, names and numbers without tabs, but for what comes from callers: that is escaped.
  fileprivate var text: String {
    let (name, argument): (String, String) =
      switch charge.status {
      case .processing: ("processing", "")
      case .paid: ("paid", "")
      case .declined(let code): ("declined", code)
      case .authenticationRequired(let url): ("authentication_required", url)
      case .cancelled: ("cancelled", "")
      }
    let fields = [
      key, request, charge.id, charge.rechargeID.value, String(charge.amount.micros), charge.amount.currency.code, name,
      argument,
    ]
    return fields.map(\.escaped).joined(separator: "\t")
  }

  fileprivate init?(_ text: String) {
    let fields = text.split(separator: "\t", omittingEmptySubsequences: false).map { String($0).unescaped }
    guard fields.count == 8, let micros = Int64(fields[4]), let currency = Currency(code: fields[5]) else { return nil }
    let status: ProcessorCharge.Status
    switch fields[6] {
    case "processing": status = .processing
    case "paid": status = .paid
    case "declined": status = .declined(code: fields[7])
    case "authentication_required": status = .authenticationRequired(url: fields[7])
    case "cancelled": status = .cancelled
    default: return nil
    }
    self.init(
      key: fields[0],
      request: fields[1],
      charge: ProcessorCharge(
        id: fields[2],
        rechargeID: RechargeID(fields[3]),
        amount: Money(micros: micros, currency: currency),
        status: status
      )
    )
  }
}

extension String {
  /// `%xx` for what would end a field or a line.
  fileprivate var escaped: String {
    var escaped = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "\t": escaped += "%09"
      case "\n": escaped += "%0a"
      case "%": escaped += "%25"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  fileprivate var unescaped: String {
    guard contains("%") else { return self }
    var unescaped = ""
    var rest = self[...]
    while let percent = rest.unicodeScalars.firstIndex(of: "%") {
      unescaped += rest[..<percent]
      let code = rest[percent...].dropFirst().prefix(2)
      unescaped += code == "09" ? "\t" : code == "0a" ? "\n" : "%"
      rest = rest[percent...].dropFirst(3)
    }
    return unescaped + rest
  }
}
