import Ledger
import SeededRandom
import StoreContract

/// A minimal processor behind an unreliable network. It honours idempotency keys for 24 h and never forgets a charge;
/// calls and responses are lost, delayed and mixed up.
struct SimulatedCardProcessor {
  /// The course of a charge or refund that arrives.
  enum Behavior: CaseIterable {
    case succeeds, fails, takesTime, worksForEver, asksCardholder, cardholderNeverAuthenticates
  }

  /// What is wrong with the processor, for good.
  enum Trouble: CaseIterable {
    case none
    /// A charge that waits for its cardholder cannot be cancelled.
    case cancelsFail
    /// The first attempt fails without an effect, and every repetition under its key gets the same failure.
    case failuresAreStored
    case neverAnswers
  }

  struct World: Sendable {
    var behavior: Behavior
    var trouble: Trouble

    static let all = Behavior.allCases.flatMap { behavior in
      Trouble.allCases.map { World(behavior: behavior, trouble: $0) }
    }
  }

  enum Status: Equatable {
    case working(until: Int64)
    case waiting(until: Int64?)
    case succeeded, failed, cancelled
  }

  /// A charge or a refund.
  struct Item {
    var id: String
    var call: ProcessorCall
    var firstUse: Int64
    var status: Status
  }

  /// In seconds of the simulation's clock, like all times here.
  static let keyLifetime: Int64 = 24 * 3600

  /// Charges and refunds by key, in order of creation. A key that is reused after its lifetime creates another.
  private(set) var items: [String: [Item]] = [:]
  private(set) var attachments: Set<String> = []
  /// Definite refusals, by key.
  private(set) var refusals: [String: ProcessorFailure] = [:]
  /// Delayed calls, whose responses are dropped.
  private var late: [(arrival: Int64, call: ProcessorCall)] = []
  /// The end of an outage, in which every call times out.
  private var outageEnd: Int64 = 0
  private let behavior: Behavior
  private let trouble: Trouble
  private let refuses: ProcessorFailure?
  /// The share of calls that go wrong, in percent.
  var faultRate: Int

  init(behavior: Behavior, trouble: Trouble = .none, refuses: ProcessorFailure?, faultRate: Int) {
    self.behavior = behavior
    self.trouble = trouble
    self.refuses = refuses
    self.faultRate = faultRate
  }

  var hasMoved: Bool { items.values.joined().contains { $0.status == .succeeded } }

  /// Makes the processor answer everything from now on.
  mutating func endTrouble() { (faultRate, outageEnd) = (0, 0) }

  mutating func beginOutage(until end: Int64) { outageEnd = max(outageEnd, end) }

  /// Advances to `time`, and carries out what is due by then.
  mutating func advance(to time: Int64) {
    for (arrival, call) in late where arrival <= time { _ = effect(of: call, at: arrival) }
    late.removeAll { $0.arrival <= time }
    for (key, list) in items {
      for (place, item) in list.enumerated() {
        switch item.status {
        case .working(let end) where end <= time: items[key]?[place].status = .succeeded
        case .waiting(let end?) where end <= time: items[key]?[place].status = .succeeded
        case .working, .waiting, .succeeded, .failed, .cancelled: break
        }
      }
    }
  }

  mutating func response(to call: ProcessorCall, at time: Int64, _ dice: inout SplitMix64) -> ProcessorResponse {
    advance(to: time)
    let timeOut = ProcessorResponse.failure(.outcomeUnknown("timed out"))
    guard time >= outageEnd, trouble != .neverAnswers else { return timeOut }
    guard Int.random(in: 0..<100, using: &dice) < faultRate else { return effect(of: call, at: time) }
    switch Int.random(in: 0..<6, using: &dice) {
    case 0: return timeOut
    case 1:
      _ = effect(of: call, at: time)
      return timeOut
    case 2:
      late.append((time + Int64.random(in: 1...900, using: &dice), call))
      return timeOut
    case 3:
      beginOutage(until: time + Int64.random(in: 1...100_000, using: &dice))
      return timeOut
    case 4: return call.isLookup ? .notFound : timeOut
    default: return call.isLookup || call.isCancellation ? timeOut : mismatched(effect(of: call, at: time))
    }
  }

  /// Carries out a call at time 0, without faults.
  mutating func take(_ call: ProcessorCall) { _ = effect(of: call, at: 0) }

  /// A successful response about another object.
  private func mismatched(_ response: ProcessorResponse) -> ProcessorResponse {
    switch response {
    case .charge(var charge):
      charge.rechargeID = RechargeID("rch_other")
      charge.status = .paid
      return .charge(charge)
    case .refund(var refund):
      refund.key = "credits-rfd_other"
      refund.status = .refunded
      return .refund(refund)
    case .attached, .detached, .notFound, .failure: return .detached
    }
  }

  private mutating func effect(of call: ProcessorCall, at time: Int64) -> ProcessorResponse {
    switch call {
    case .attachCard(let key, _, _, _):
      if let refuses { return .failure(refuses) }
      attachments.insert(key)
      return .attached(SettlementSubjects.attachment)
    case .createCharge(let key, _, _, _, _, _, _), .createRefund(let key, _, _, _): return create(call, key, at: time)
    case .findCharge(let key), .findRefund(let key, _): return items[key]?.last.map(response(of:)) ?? .notFound
    case .cancelCharge(let key):
      guard let last = items[key]?.indices.last, let item = items[key]?[last] else { return .notFound }
      if case .waiting = item.status {
        if trouble == .cancelsFail { return .failure(.rejected("it cannot be cancelled")) }
        items[key]?[last].status = .cancelled
      }
      return items[key]?.last.map(response(of:)) ?? .notFound
    case .retrieveCharge(let id): return items.values.joined().first { $0.id == id }.map(response(of:)) ?? .notFound
    case .detachCard: return .detached
    }
  }

  private mutating func create(_ call: ProcessorCall, _ key: String, at time: Int64) -> ProcessorResponse {
    if let known = items[key]?.last, time - known.firstUse < Self.keyLifetime { return response(of: known) }
    if let refused = refusals[key] { return .failure(refused) }
    if trouble == .failuresAreStored { return .failure(.outcomeUnknown("500")) }
    if let refuses, attachments.isEmpty {
      refusals[key] = refuses
      return .failure(refuses)
    }
    let status: Status =
      switch behavior {
      case .succeeds: .succeeded
      case .fails: .failed
      case .takesTime: .working(until: time + 5000)
      case .worksForEver: .working(until: .max)
      case .asksCardholder: call.isRefund ? .working(until: time + 300) : .waiting(until: time + 1800)
      case .cardholderNeverAuthenticates: call.isRefund ? .working(until: time + 100_000) : .waiting(until: nil)
      }
    let item = Item(id: "\(key)-\(items[key, default: []].count)", call: call, firstUse: time, status: status)
    items[key, default: []].append(item)
    return response(of: item)
  }

  private func response(of item: Item) -> ProcessorResponse {
    switch item.call {
    case .createCharge(_, let id, _, let amount, _, _, _):
      let status: ChargeResult.Status =
        switch item.status {
        case .working: .processing
        case .waiting: .authenticationRequired(url: "https://bank")
        case .succeeded: .paid
        case .failed: .declined(code: "insufficient_funds")
        case .cancelled: .cancelled
        }
      return .charge(ChargeResult(id: item.id, rechargeID: id, amount: amount, status: status))
    case .createRefund(let key, let chargeID, _, let amount):
      let status: RefundResult.Status =
        switch item.status {
        case .working, .waiting: .processing
        case .succeeded: .refunded
        case .failed, .cancelled: .failed(code: "expired_or_canceled_card")
        }
      return .refund(RefundResult(id: item.id, key: key, chargeID: chargeID, amount: amount, status: status))
    case .attachCard, .detachCard, .cancelCharge, .findCharge, .retrieveCharge, .findRefund:
      preconditionFailure("makes neither a charge nor a refund")
    }
  }
}

extension ProcessorCall {
  var isLookup: Bool {
    switch self {
    case .findCharge, .retrieveCharge, .findRefund: true
    case .attachCard, .detachCard, .createCharge, .cancelCharge, .createRefund: false
    }
  }

  var isRefund: Bool {
    if case .createRefund = self { true } else { false }
  }

  var isCancellation: Bool {
    if case .cancelCharge = self { true } else { false }
  }

  /// The key of a call that moves money.
  var movingKey: String? {
    switch self {
    case .createCharge(let key, _, _, _, _, _, _), .createRefund(let key, _, _, _): key
    case .attachCard, .detachCard, .cancelCharge, .findCharge, .retrieveCharge, .findRefund: nil
    }
  }
}
