import Glibc
import RawCalls

/// Many calls at once by one user, all of which have to succeed.
struct Crowd {
  let path: String
  let connections: Int
  let callsPerConnection: Int

  /// `GetWalletRequest` of the wallet `ada`.
  private static let request = RawCaller.message([0x0A, 3, 0x61, 0x64, 0x61], isCompressed: false)
  /// How long an answer may take while 20 000 calls are made.
  private static let patience = Duration.seconds(60)

  /// Sends all calls before it reads any answer. Returns how many succeeded.
  func run() -> Int {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)

    var callers: [RawCaller] = []
    for _ in 0..<connections {
      guard let caller = try? RawCaller(connectingTo: path, patience: Self.patience) else { break }
      let calls = (0..<callsPerConnection).flatMap { call -> [UInt8] in
        let stream = UInt32(2 * call + 1)
        return RawCaller.headers(stream, path: "/credits.v1.WalletService/GetWallet")
          + RawCaller.frame(0, 1, stream, Self.request)
      }
      caller.send(RawCaller.preface + calls)
      callers.append(caller)
    }
    return callers.reduce(0) { $0 + succeeded(on: $1) }
  }

  /// Only calls that succeed are answered with a message.
  private func succeeded(on caller: RawCaller) -> Int {
    var answers = ReceivedFrames()
    _ = caller.read { answers.take($0) >= callsPerConnection }
    return answers.callsWithMessage
  }
}

/// The calls that a connection's bytes answer.
struct ReceivedFrames {
  private var position = 0
  private var withMessage: Set<UInt32> = []
  private var endedCalls = 0

  var callsWithMessage: Int { withMessage.count }

  /// - Parameter bytes: All bytes so far.
  /// - Returns: How many calls have ended.
  mutating func take(_ bytes: [UInt8]) -> Int {
    while bytes.count - position >= 9 {
      let length = Int(bytes[position]) << 16 | Int(bytes[position + 1]) << 8 | Int(bytes[position + 2])
      guard bytes.count - position >= 9 + length else { break }
      let stream = bytes[(position + 5)..<(position + 9)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      let ends = bytes[position + 4] & 1 != 0
      if bytes[position + 3] == 0, length > 0 { withMessage.insert(stream) }
      if bytes[position + 3] == 3 || bytes[position + 3] == 1 && ends { endedCalls += 1 }
      position += 9 + length
    }
    return endedCalls
  }
}
