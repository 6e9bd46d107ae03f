import Dispatch
import Ledger
import LedgerEngine
import MessageDigest
import Synchronization

/// Simulates concurrent callers, each of which sends its next charge when its last is answered.
///
/// One thread acts for all callers, like a server's event loop: it builds the commands, and the committer's thread only
/// passes it the replies.
final class Load: Sendable {
  private struct Arrivals {
    var callers: [Int] = []
    var failure: String?
  }

  private let committer: Committer
  private let walletCount: Int
  private let arrivals = Mutex(Arrivals())
  private let arrival = DispatchSemaphore(value: 0)
  /// Makes the keys of each run unique, so that no charge is a replay.
  private let session = UInt64.random(in: .min ... .max)

  init(committer: Committer, walletCount: Int) {
    self.committer = committer
    self.walletCount = walletCount
  }

  static func walletID(_ index: Int) -> WalletID { WalletID("wallet-\(index)") }

  /// Creates the wallets, each with $1000. The keys are always the same, so that an existing ledger replays them.
  func fundWallets() throws {
    try run(callers: 512, count: walletCount) { _, number in
      Load.request(CreateWallet(Load.walletID(number), .usd), key: "create-\(number)")
    }
    try run(callers: 512, count: walletCount) { _, number in
      let amount = Money(micros: 1_000_000_000, currency: .usd)
      let mutation = GrantCredits(Load.walletID(number), amount, memo: "to be charged")
      return Load.request(mutation, key: "grant-\(number)")
    }
  }

  /// Charges random wallets until `count` charges are answered; 0 for no limit.
  @discardableResult
  func charge(callers: Int, count: Int = 0, seconds: Double = 0) throws -> Latencies {
    var generator = SystemRandomNumberGenerator()
    let session = session
    let walletCount = walletCount
    let run = UInt32.random(in: .min ... .max)
    return try self.run(callers: callers, count: count, seconds: seconds) { caller, number in
      let wallet = Load.walletID(Int.random(in: 0..<walletCount, using: &generator))
      let amount = Money(micros: 1, currency: .usd)
      let mutation = Charge(wallet, amount, .call, reference: "call-\(run)-\(number)")
      return Load.request(mutation, key: "\(session)-\(run)-\(number)")
    }
  }

  /// Makes a charge, and returns the number of its record, which is the ledger's last.
  func lastRecord() async throws -> Int {
    let mutation = Charge(Load.walletID(0), Money(micros: 1, currency: .usd), .call, reference: "probe")
    let key = "probe-\(session)-\(UInt64.random(in: .min ... .max))"
    let outcome = try await committer.submit(Load.request(mutation, key: key))
    return Int(try outcome.result.get().entry.id.record)
  }

  @discardableResult
  private func run<Asked: Mutation>(
    callers: Int,
    count: Int = 0,
    seconds: Double = 0,
    request: (_ caller: Int, _ number: Int) -> Request<Asked>
  ) throws -> Latencies {
    var latencies = Latencies()
    var sentAt = [UInt64](repeating: 0, count: callers)
    var number = 0
    var inFlight = 0
    let begin = monotonicTime()
    let end = seconds > 0 ? begin + UInt64(seconds * 1e9) : .max
    func send(_ caller: Int) {
      guard count == 0 || number < count, monotonicTime() < end else { return }
      let next = request(caller, number)
      number += 1
      inFlight += 1
      sentAt[caller] = monotonicTime()
      committer.submit(next) { [self] result in
        let wakes = arrivals.withLock { arrivals in
          if case .failure(let error) = result { arrivals.failure = "\(error)" }
          if case .success(let outcome) = result, let refusal = outcome.refusal { arrivals.failure = "\(refusal)" }
          arrivals.callers.append(caller)
          return arrivals.callers.count == 1
        }
        if wakes { arrival.signal() }
      }
    }
    for caller in 0..<callers { send(caller) }
    while inFlight > 0 {
      arrival.wait()
      let arrived = try arrivals.withLock { arrivals in
        if let failure = arrivals.failure { throw LoadFailure(reason: failure) }
        defer { arrivals.callers = [] }
        return arrivals.callers
      }
      let now = monotonicTime()
      for caller in arrived {
        inFlight -= 1
        latencies.add(nanoseconds: now - sentAt[caller])
        send(caller)
      }
    }
    latencies.seconds = Double(monotonicTime() - begin) / 1e9
    return latencies
  }

  private static func request<Asked: Mutation>(_ mutation: Asked, key: String) -> Request<Asked> {
    // A server computes a digest of a request of this size, at the same cost.
    let fingerprint = Digest(SHA256.hash(Array(key.utf8)))
    return Request(
      mutation,
      from: Origin(caller: "switch", key: key, method: Asked.method, fingerprint: fingerprint)
    )
  }
}

struct LoadFailure: Error {
  let reason: String
}

/// Nanoseconds of the monotonic clock.
func monotonicTime() -> UInt64 { DispatchTime.now().uptimeNanoseconds }

/// A histogram of latencies, in steps of 1 µs up to 10 s.
struct Latencies {
  private var counts: [UInt32] = []
  private(set) var count = 0
  private(set) var longest: UInt64 = 0
  var seconds = 0.0

  mutating func add(nanoseconds: UInt64) {
    let micros = Int(min(nanoseconds / 1000, 10_000_000))
    if micros >= counts.count { counts += [UInt32](repeating: 0, count: micros + 1 - counts.count) }
    counts[micros] += 1
    count += 1
    longest = max(longest, nanoseconds)
  }

  /// In microseconds.
  func quantile(_ share: Double) -> Int {
    var left = Int((Double(count) * share).rounded(.up))
    for (micros, number) in counts.enumerated() {
      left -= Int(number)
      if left <= 0 { return micros }
    }
    return 0
  }
}
