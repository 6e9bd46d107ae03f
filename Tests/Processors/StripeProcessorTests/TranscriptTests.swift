import Foundation
import Ledger
import PaymentProcessing
import StripeProcessor
import Testing

/// The requests that credits-stripe may send to Stripe, from peers/requests.json. The stand-in refuses all others.
private struct RequestTable: Decodable {
  struct Row: Decodable {
    /// As `POST payment_intents/…/confirm`: the path after `/v1/`, without ids.
    var request: String
    /// Names without the indexes of lists, as `types[]`.
    var parameters: Set<String>
    /// The title and the address of the page of Stripe's reference that has the request with these parameters.
    var source: String
  }

  var apiVersion: String
  var requests: [Row]

  init() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "peers/requests.json")
    self = try JSONDecoder().decode(RequestTable.self, from: try Data(contentsOf: file))
  }
}

@Suite("The requests to Stripe", .enabled(if: StandInStripe.isAvailable, StandInStripe.absence))
struct TranscriptTests {
  private let stripe: StandInStripe
  private let page = "https://example.com/back"

  init() throws { stripe = try StandInStripe() }

  @Test("are those of Stripe's reference: every request of the table is sent with every parameter, and no other")
  func transcript() async throws {
    let table = try RequestTable()
    try await saveAndCharge()
    try await lookUp()
    try await listEvents()

    var sent: [String: Set<String>] = [:]
    for request in try await stripe.asked() {
      sent[request.kind, default: []].formUnion(request.parameters)
      #expect(request.apiVersion == table.apiVersion)
      #expect((request.key != nil) == (request.method == "POST"))
    }
    let listed = Dictionary(uniqueKeysWithValues: table.requests.map { ($0.request, $0.parameters) })
    for kind in Set(sent.keys).union(listed.keys).sorted() {
      let (asked, known) = (sent[kind], listed[kind])
      #expect(known != nil, "\(kind) is sent, and not in the table")
      #expect(asked != nil, "\(kind) is in the table, and not sent")
      guard let asked, let known else { continue }
      #expect(asked.subtracting(known).isEmpty, "parameters of \(kind) that are not in the table")
      #expect(known.subtracting(asked).isEmpty, "parameters of \(kind) that are not sent")
    }
    for row in table.requests { #expect(row.source.contains(", https://docs.stripe.com/api/"), "\(row.request)") }
  }

  /// Everything about cards, charges and refunds, with all that can be configured.
  private func saveAndCharge() async throws {
    let texts = try ChargeTexts(sendsReceipts: true, description: "Credits", statementSuffix: "CREDITS")
    let processor = try stripe.processor(returnPage: page, texts: texts)
    _ = try await processor.describeAccount()
    _ = try await processor.createCardSetup(CardSetupRequest(key: "s1", walletID: WalletID("w1")))
    let attached = try await processor.attachCard(.visa())
    _ = try await processor.describeCard(attached.token)

    var present = ChargeRequest.tenDollars(attached.token.secret, isPresent: true)
    present.billing = AttachRequest.visa().billing
    let paid = try await processor.createCharge(present)
    _ = try await processor.refundCharge(.fiveDollars(of: paid))
    let waiting = try await processor.createCharge(.tenDollars(stripe.cards.authenticating.secret, key: "k2"))
    _ = try await processor.findCharge(id: waiting.id)
    #expect(try await processor.cancelCharge(key: "k2")?.status == .cancelled)
    try await processor.detachCard(attached.token)
  }

  /// Looks for what is not there, beyond the first page of every list.
  private func lookUp() async throws {
    let processor = try stripe.processor()
    let paid = try await processor.createCharge(.tenDollars(key: "k3"))
    let intent = ["amount": "1000", "currency": "usd", "payment_method": "pm_card_visa"]
    try await stripe.act("fill", 101, "create_intent", intent)
    try await stripe.act("fill", 101, "create_customer", [String: String]())
    try await stripe.act("fill", 101, "create_refund", ["payment_intent": paid.id, "amount": "1"])
    let nothing = try await processor.findCharge(key: "none")
    #expect(nothing == nil)
    let noRefund = try await processor.findRefund(key: "none", chargeID: paid.id)
    #expect(noRefund == nil)
    _ = try await processor.attachCard(.visa("w2", key: "a2"))
  }

  /// Lists events, of which there are more than a page in one second by now.
  private func listEvents() async throws {
    let processor = try stripe.processor()
    var cursor: String?
    var hasMore = true
    while hasMore {
      let page = try await processor.listEvents(after: cursor, limit: 50)
      (cursor, hasMore) = (page.cursor, page.hasMore)
    }
  }
}

extension StandInStripe.Asked {
  /// As `POST payment_intents/…/confirm`.
  fileprivate var kind: String {
    let parts = path.split(separator: "?")[0].split(separator: "/").dropFirst()
    let names = parts.enumerated().map { place, part in place % 2 == 0 || part == "search" ? part : "…" }
    return "\(method) \(names.joined(separator: "/"))"
  }

  /// The names of the parameters, without the indexes of lists.
  fileprivate var parameters: Set<String> {
    let form = method == "GET" ? path.split(separator: "?").dropFirst().first.map(String.init) ?? "" : body
    let names = form.split(separator: "&").map { field in
      let name = field.split(separator: "=", omittingEmptySubsequences: false)[0]
      return (name.removingPercentEncoding ?? String(name)).replacing(#/\[\d+\]/#, with: "[]")
    }
    return Set(names)
  }
}
