import Foundation
import FoundationNetworking
import Ledger
import PaymentProcessing
import ProcessorContract
import StripeProcessor
import Testing

/// localstripe, extended by what it lacks of Stripe, as a process that ends with the test.
final class StandInStripe {
  /// A Python with the packages of Tests/EndToEnd/Interop/requirements.txt, as set up by `make test`.
  static let python = ProcessInfo.processInfo.environment["CREDITS_PEERS_PYTHON"]
  static let isAvailable = python != nil
  static let absence: Comment = "CREDITS_PEERS_PYTHON names no Python with localstripe"

  private struct Greeting: Decodable {
    var port: Int
    var webhookSecret: String
    var other: String
    var refused: String
    var declined: String
    var authenticating: String
  }

  /// A request that the stand-in received.
  struct Asked: Decodable {
    var method: String
    var path: String
    var body: String
    var key: String?
    var authorization: String?

    enum CodingKeys: String, CodingKey {
      case method, path, body
      case key = "Idempotency-Key"
      case authorization = "Authorization"
    }
  }

  /// The fault of one request.
  enum Fault {
    case none
    case status(Int, effect: Bool, headers: [String: String] = [:])
    case reset(effect: Bool)
    case hang(effect: Bool)

    fileprivate var json: Any {
      switch self {
      case .none: NSNull()
      case .status(let status, let effect, let headers):
        ["fault": "status", "status": status, "effect": effect, "headers": headers] as [String: Any]
      case .reset(let effect): ["fault": "reset", "effect": effect] as [String: Any]
      case .hang(let effect): ["fault": "hang", "effect": effect] as [String: Any]
      }
    }
  }

  struct Hook: Decodable {
    var payload: String
    var signature: String
  }

  let base: String
  let webhookSecret: String
  let cards: ContractCards
  private let process = Process()
  private let input = Pipe()

  init() throws {
    let output = Pipe()
    let tests = URL(filePath: #filePath).deletingLastPathComponent()
    process.executableURL = URL(filePath: try #require(Self.python))
    process.arguments = [tests.appending(path: "peers/stripe.py").path]
    process.standardInput = input
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    var text = Data()
    while text.last != UInt8(ascii: "\n") {
      let more = output.fileHandleForReading.availableData
      if more.isEmpty { break }
      text += more
    }
    let greeting = try JSONDecoder().decode(Greeting.self, from: text)
    base = "http://127.0.0.1:\(greeting.port)"
    webhookSecret = greeting.webhookSecret
    var cards = ContractCards()
    cards.mastercard = PaymentMethodToken(greeting.other)
    cards.refused = PaymentMethodToken(greeting.refused)
    cards.declined = PaymentMethodToken(greeting.declined)
    cards.authenticating = PaymentMethodToken(greeting.authenticating)
    cards.declineCode = "card_declined"
    self.cards = cards
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// Sets the faults of the next requests, in order.
  func meet(_ faults: [Fault]) async throws {
    _ = try await control("faults", body: JSONSerialization.data(withJSONObject: faults.map(\.json)))
  }

  func asked() async throws -> [Asked] {
    try JSONDecoder().decode([Asked].self, from: try await control("requests"))
  }

  /// Returns the next event that the stand-in sends.
  func event() async throws -> Hook {
    try JSONDecoder().decode(Hook.self, from: try await control("hook"))
  }

  private func control(_ name: String, body: Data? = nil) async throws -> Data {
    var request = URLRequest(url: try #require(URL(string: base + "/_config/front/" + name)))
    request.httpMethod = body == nil ? "GET" : "POST"
    request.httpBody = body
    let (data, response) = try await URLSession.shared.data(for: request)
    try #require((response as? HTTPURLResponse)?.statusCode == 200)
    return data
  }

  /// Returns the Stripe processor in this process, with short time limits.
  func processor(_ timing: StripeProcessor.Timing? = nil) throws -> StripeProcessor {
    var hasty = StripeProcessor.Timing()
    hasty.firstPause = .milliseconds(1)
    return StripeProcessor(
      address: try StripeAddress(base),
      key: StripeSecret("sk_test_canary"),
      webhookSecret: StripeSecret(webhookSecret),
      timing: timing ?? hasty
    )
  }
}

extension ChargeRequest {
  static func tenDollars(_ token: String = "pm_card_visa", key: String = "k1") -> ChargeRequest {
    ChargeRequest(
      key: key,
      rechargeID: RechargeID("r1"),
      walletID: WalletID("w1"),
      amount: Money(micros: 10_000_000, currency: .usd),
      token: PaymentMethodToken(token)
    )
  }
}
