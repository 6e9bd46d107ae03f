import Foundation
import FoundationNetworking
import Ledger
import PaymentProcessing
import ProcessorContract
import StripeProcessor
import Testing

/// A stand-in for Stripe (peers/stripe.py), as a process that ends with the test.
final class StandInStripe {
  /// A Python with the packages of Tests/EndToEnd/Interop/requirements.txt, as set up by `make test`.
  static let python = ProcessInfo.processInfo.environment["CREDITS_PEERS_PYTHON"]
  static let isAvailable = python != nil
  static let absence: Comment = "CREDITS_PEERS_PYTHON names no Python with aiohttp"

  private struct Greeting: Decodable {
    var port: Int
    var webhookSecret: String
  }

  /// A request that the stand-in received.
  struct Asked: Decodable {
    var method: String
    var path: String
    var body: String
    /// Seconds since 1970.
    var time: Double
    var key: String?
    var authorization: String?
    var apiVersion: String?

    enum CodingKeys: String, CodingKey {
      case method, path, body, time
      case key = "Idempotency-Key"
      case apiVersion = "Stripe-Version"
      case authorization = "Authorization"
    }

    var fields: Set<Substring> { Set(body.split(separator: "&")) }
  }

  /// The fault of one request.
  struct Fault {
    fileprivate var fields: [String: any Sendable]

    /// An error object of Stripe; by default one of Stripe's own failures.
    static func status(
      _ status: Int,
      effect: Bool = false,
      headers: [String: String] = [:],
      error: [String: String]? = nil
    ) -> Fault {
      var fields: [String: any Sendable] = ["fault": "status", "status": status, "effect": effect, "headers": headers]
      fields["error"] = error
      return Fault(fields: fields)
    }

    /// The page of a proxy.
    static func html(_ status: Int, effect: Bool = false) -> Fault {
      Fault(fields: ["fault": "html", "status": status, "effect": effect])
    }

    /// A failure that Stripe stores for the key.
    static func stored(_ status: Int = 500, effect: Bool = false) -> Fault {
      Fault(fields: ["fault": "status", "status": status, "effect": effect, "stored": true])
    }

    static func reset(effect: Bool) -> Fault { Fault(fields: ["fault": "reset", "effect": effect]) }
    static func hang(effect: Bool) -> Fault { Fault(fields: ["fault": "hang", "effect": effect]) }
    /// An answer that comes late.
    static func slow(seconds: Double) -> Fault {
      Fault(fields: ["fault": "slow", "effect": false, "seconds": seconds])
    }

    /// A body of 64 MiB.
    static let huge = Fault(fields: ["fault": "huge", "effect": false])

    /// Returns the fault for the next request whose method and path contain `part`; earlier requests meet none.
    func on(_ part: String) -> Fault {
      var fault = self
      fault.fields["on"] = part
      return fault
    }
  }

  struct Hook: Decodable {
    var payload: String
    var signature: String
  }

  /// What an act in the dashboard, at a bank or at a card's network returns of an object.
  struct Made: Decodable {
    var id: String
    var status: String?
  }

  let base: String
  let webhookSecret: String
  let cards = ContractCards()
  private let process = Process()
  private let input = Pipe()

  init() throws {
    let output = Pipe()
    let tests = URL(filePath: #filePath).deletingLastPathComponent()
    process.executableURL = URL(filePath: try #require(Self.python))
    process.arguments = ["-B", tests.appending(path: "peers/stripe.py").path]
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
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// Sets the faults of the next requests, in order.
  func meet(_ faults: [Fault]) async throws { _ = try await control("faults", body: faults.map(\.fields)) }

  /// Sets how many seconds search lags, whether the account has search, and moves the stand-in's clock.
  func set(lag: Int? = nil, hasSearch: Bool? = nil, advance: Int? = nil) async throws {
    var fields: [String: any Sendable] = [:]
    fields["lag"] = lag
    fields["has_search"] = hasSearch
    fields["advance"] = advance
    _ = try await control("set", body: fields)
  }

  /// Does something as a person, a bank or a network: a method of peers/stripe_account.py.
  @discardableResult
  func act(_ name: String, _ arguments: any Sendable..., live: Bool = false) async throws -> Made? {
    let body: [String: any Sendable] = ["act": name, "arguments": arguments, "live": live]
    return try? JSONDecoder().decode(Made.self, from: try await control("act", body: body))
  }

  /// What was paid and given back for a recharge.
  struct Cents: Hashable {
    var paid: Int64 = 0
    var givenBack: Int64 = 0
  }

  /// What was paid and given back, in cents, by recharge.
  struct Books: Decodable {
    /// An amount for each charge.
    var paid: [String: [Int64]]
    var givenBack: [String: Int64]
    var paidIntents: [String]

    var cents: [String: Cents] {
      var cents = paid.mapValues { Cents(paid: $0.reduce(0, +)) }
      for (recharge, amount) in givenBack { cents[recharge, default: Cents()].givenBack = amount }
      return cents
    }
  }

  func books() async throws -> Books {
    let body: [String: any Sendable] = ["act": "books", "arguments": [String]()]
    return try JSONDecoder().decode(Books.self, from: try await control("act", body: body))
  }

  func asked() async throws -> [Asked] {
    try JSONDecoder().decode([Asked].self, from: try await control("requests"))
  }

  /// Returns the requests whose method and path begin with `start`.
  func asked(_ start: String) async throws -> [Asked] {
    try await asked().filter { "\($0.method) \($0.path)".hasPrefix(start) }
  }

  /// The events that the stand-in sends, for a task of their own.
  var hooks: Hooks { Hooks(url: base + "/control/hook") }

  struct Hooks: Sendable {
    fileprivate let url: String

    func next() async throws -> Hook {
      let (data, _) = try await URLSession.shared.data(from: try #require(URL(string: url)))
      return try JSONDecoder().decode(Hook.self, from: data)
    }
  }

  /// Returns the next event that the stand-in sends.
  func event() async throws -> Hook {
    try JSONDecoder().decode(Hook.self, from: try await control("hook"))
  }

  private func control(_ name: String, body: Any? = nil) async throws -> Data {
    var request = URLRequest(url: try #require(URL(string: base + "/control/" + name)))
    request.httpMethod = body == nil ? "GET" : "POST"
    request.httpBody = try body.map { try JSONSerialization.data(withJSONObject: $0) }
    let (data, response) = try await URLSession.shared.data(for: request)
    try #require((response as? HTTPURLResponse)?.statusCode == 200)
    return data
  }

  /// Returns the Stripe processor in this process, with short pauses.
  func processor(
    _ timing: StripeProcessor.Timing? = nil,
    key: String = "sk_test_canary",
    returnPage: String? = nil,
    texts: ChargeTexts = .none
  ) throws -> StripeProcessor {
    var hasty = StripeProcessor.Timing()
    hasty.firstPause = .milliseconds(1)
    hasty.requestsPerSecond = 1000
    return StripeProcessor(
      address: try StripeAddress(base),
      key: try StripeKey(StripeSecret(key)),
      webhookSecrets: [try WebhookSecret(StripeSecret(webhookSecret))],
      returnPage: try returnPage.map { try ReturnPage($0) },
      texts: texts,
      timing: timing ?? hasty
    )
  }
}

extension ChargeRequest {
  static func tenDollars(_ token: String = "pm_card_visa", key: String = "k1", isPresent: Bool = false) -> ChargeRequest
  {
    ChargeRequest(
      key: key,
      rechargeID: RechargeID("r1"),
      walletID: WalletID("w1"),
      amount: Money(micros: 10_000_000, currency: .usd),
      token: PaymentMethodToken(token),
      isCardholderPresent: isPresent
    )
  }
}

extension AttachRequest {
  static func visa(_ wallet: String = "w1", key: String = "a1", email: String = "ada@example.com") -> AttachRequest {
    AttachRequest(
      key: key,
      walletID: WalletID(wallet),
      token: PaymentMethodToken("pm_card_visa"),
      billing: BillingDetails(name: "Ada", email: email, country: "GB", postalCode: "W1")
    )
  }
}

extension RefundRequest {
  static func fiveDollars(of charge: ChargeResult, key: String = "f1") -> RefundRequest {
    let amount = Money(micros: 5_000_000, currency: .usd)
    return RefundRequest(key: key, chargeID: charge.id, rechargeID: charge.rechargeID, amount: amount)
  }
}
