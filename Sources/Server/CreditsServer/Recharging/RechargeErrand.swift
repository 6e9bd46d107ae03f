import Ledger
import Logging
import PaymentProcessing

/// Carries one recharge from its intent to its outcome.
struct RechargeErrand: Sendable {
  let kit: ErrandKit

  /// How long a cardholder may take to authenticate.
  private static let authenticationTime = Duration.seconds(3600)

  /// Returns when the recharge is final, needs review, or the task is cancelled.
  ///
  /// - Parameters:
  ///   - isNew: Whether the processor cannot have been asked yet. Where it may have been, it is asked what it knows
  ///     first.
  ///   - settled: Called at each outcome that became durable.
  func run(_ id: RechargeID, isNew: Bool, settled: (RechargeReply) -> Void) async {
    do {
      // Whoever told of it may tell late: what was final meanwhile is not asked of the processor again.
      guard var reply = try await current(id) else { return }
      if reply.recharge.state == .processing {
        reply = try await settle(reply, try await outcome(of: reply.recharge, isNew: isNew))
        settled(reply)
      }
      if reply.recharge.state == .authenticationRequired {
        settled(try await settle(reply, try await authentication(of: reply.recharge)))
      }
    } catch {
      // Only cancellation ends up here: the recharge stays open and the next start resumes it.
    }
  }

  /// Asks the processor once what became of a recharge, and commits what is final.
  ///
  /// - Parameter toldPaid: The processor says by itself that it is paid. Where the ledger has given it up, it is asked
  ///   all the same: money that was taken and is not credited has to be seen by somebody.
  func lookUp(_ id: RechargeID, toldPaid: Bool = false) async throws -> RechargeReply? {
    guard let reply = try await current(id) else { return nil }
    let state = reply.recharge.state
    guard !state.isTerminal || toldPaid && state != .paid else { return reply }
    guard let charge = try await kit.processor.findCharge(key: reply.recharge.processorKey) else { return reply }
    return try await take(charge, for: reply)
  }

  /// Commits what is final of a charge that the processor has shown. Returns nil where it is for no recharge of ours.
  func take(_ charge: ChargeResult) async throws -> RechargeReply? {
    guard let reply = try await current(charge.rechargeID) else { return nil }
    return try await take(charge, for: reply)
  }

  private func take(_ charge: ChargeResult, for reply: RechargeReply) async throws -> RechargeReply {
    guard let settlement = Self.final(charge, of: reply.recharge) else { return reply }
    // What is final takes no other word; but that it was paid after all is not passed over in silence.
    if reply.recharge.state.isTerminal, settlement.state != .paid { return reply }
    return try await settle(reply, settlement)
  }

  /// Asks until there is a definite word, or until the key may be forgotten.
  private func outcome(of recharge: Recharge, isNew: Bool) async throws -> Settlement {
    var recharge = recharge
    var mayHaveBeenAsked = !isNew || kit.mayHaveForgotten(keyOf: recharge.createTime)
    if !recharge.paymentMethodIsAttached {
      switch try await attachment(of: recharge) {
      case .attached(let attached): recharge = attached
      case .refused(let settlement): return settlement
      }
      mayHaveBeenAsked = false
    }
    return try await kit.ask(about: "recharge \(recharge.id)") {
      defer { mayHaveBeenAsked = true }
      return await word(on: recharge, mayHaveBeenAsked: mayHaveBeenAsked)
    }
  }

  // MARK: The card

  private enum Attachment: Sendable {
    case attached(Recharge)
    case refused(Settlement)
  }

  /// Has the processor make a new card ready. Nothing is charged before the ledger knows under which name it is.
  private func attachment(of recharge: Recharge) async throws -> Attachment {
    let request = AttachRequest(
      key: recharge.attachmentKey,
      walletID: recharge.walletID,
      token: recharge.paymentMethod.token,
      billing: recharge.paymentMethod.billing
    )
    let answer: Result<CardAttachment, Refused> = try await kit.ask(about: "the card of recharge \(recharge.id)") {
      guard !kit.mayHaveForgotten(keyOf: recharge.createTime) else {
        let explanation = "the processor could not be asked about the card for 23 h; it was not charged"
        return .settlement(.failure(Refused(.failed(processorChargeID: nil, explanation: explanation))))
      }
      do throws(ProcessorFailure) {
        return .settlement(.success(try await kit.processor.attachCard(request)))
      } catch {
        return Self.word(error).map { .failure(Refused($0)) }
      }
    }
    switch answer {
    case .failure(let refused): return .refused(refused.settlement)
    case .success(let attached):
      let mutation = AttachCard(recharge.id, attached.token, attached.card)
      let request = kit.request(mutation, of: "\(recharge.id) card")
      guard let reply = try await kit.outcome(of: request, on: "recharge \(recharge.id)").reply else {
        // Somebody has settled it meanwhile, without a charge.
        return .refused(.needsReview(explanation: "the recharge ended while its card was made ready"))
      }
      return .attached(reply.recharge)
    }
  }

  private struct Refused: Error {
    let settlement: Settlement

    init(_ settlement: Settlement) { self.settlement = settlement }
  }

  // MARK: The charge

  private func word(on recharge: Recharge, mayHaveBeenAsked: Bool) async -> Word<Settlement> {
    let isTooLate = kit.mayHaveForgotten(keyOf: recharge.createTime)
    if mayHaveBeenAsked || isTooLate {
      switch await found(recharge) {
      case .success(let charge?):
        if isTooLate, !Self.repeats(charge, recharge) {
          return .settlement(.needsReview(explanation: "the processor answers with another charge"))
        }
        return Self.word(charge, on: recharge)
      case .success(nil):
        // That nothing is found proves nothing; but as long as the key lives, sending it again is safe.
        if isTooLate { return .settlement(.needsReview(explanation: "the processor knows of no charge after 23 h")) }
      case .failure(let reason):
        return isTooLate
          ? .settlement(.needsReview(explanation: "unknown after 23 h: \(reason)")) : .unknown("\(reason)")
      }
    }
    do throws(ProcessorFailure) {
      let request = ChargeRequest(
        key: recharge.processorKey,
        rechargeID: recharge.id,
        walletID: recharge.walletID,
        amount: recharge.amount,
        token: recharge.paymentMethod.token
      )
      return Self.word(try await kit.processor.createCharge(request), on: recharge)
    } catch {
      return Self.word(error)
    }
  }

  private func found(_ recharge: Recharge) async -> Result<ChargeResult?, ProcessorFailure> {
    do throws(ProcessorFailure) {
      return .success(try await kit.processor.findCharge(key: recharge.processorKey))
    } catch {
      return .failure(error)
    }
  }

  /// Waits out the cardholder's time, then ends the charge; either way the processor has the last word.
  private func authentication(of recharge: Recharge) async throws -> Settlement {
    let end = Self.authenticationTime
    while kit.age(since: recharge.createTime) < end {
      if case .success(let charge?) = await found(recharge), let settlement = Self.final(charge, of: recharge) {
        return settlement
      }
      try await kit.sleep(min(end - kit.age(since: recharge.createTime), ErrandKit.longestPause))
    }
    while true {
      do throws(ProcessorFailure) {
        let charge = try await kit.processor.cancelCharge(key: recharge.processorKey)
        if let charge, let settlement = Self.final(charge, of: recharge) { return settlement }
      } catch {
        kit.logger.warning("a charge could not be cancelled", metadata: ["recharge_id": "\(recharge.id)"])
      }
      try await kit.sleep(ErrandKit.longestPause)
    }
  }

  private static func final(_ charge: ChargeResult, of recharge: Recharge) -> Settlement? {
    guard case .settlement(let settlement) = word(charge, on: recharge), settlement.state.isTerminal else { return nil }
    return settlement
  }

  /// A charge that does not repeat the recharge's id and amount is an answer to something else, and proves nothing.
  private static func word(_ charge: ChargeResult, on recharge: Recharge) -> Word<Settlement> {
    guard repeats(charge, recharge) else { return .unknown("the processor answered with another charge") }
    switch charge.status {
    case .processing: return .unknown("the processor is still working")
    case .paid: return .settlement(.paid(processorChargeID: charge.id))
    case .declined(let code): return .settlement(.declined(processorChargeID: charge.id, code: code))
    case .authenticationRequired(let url):
      return .settlement(.authenticationRequired(processorChargeID: charge.id, nextActionURL: url))
    case .cancelled:
      let explanation = "the cardholder did not authenticate in time"
      return .settlement(.failed(processorChargeID: charge.id, explanation: explanation))
    }
  }

  private static func repeats(_ charge: ChargeResult, _ recharge: Recharge) -> Bool {
    charge.rechargeID == recharge.id && charge.amount == recharge.amount
  }

  /// What a definite no means; anything else means nothing.
  private static func word(_ error: ProcessorFailure) -> Word<Settlement> {
    switch error {
    case .outcomeUnknown(let reason): .unknown(reason)
    case .unknownToken:
      .settlement(.failed(processorChargeID: nil, explanation: "the processor does not know the card, or no longer"))
    case .rejected(let reason): .settlement(.failed(processorChargeID: nil, explanation: reason))
    case .cardDeclined(let code): .settlement(.declined(processorChargeID: nil, code: code))
    }
  }

  // MARK: The ledger

  /// The recharge as the ledger has it now.
  private func current(_ id: RechargeID) async throws -> RechargeReply? {
    try await kit.outcome(of: GetRecharge(id), on: "recharge \(id)").reply
  }

  /// Commits the outcome: the money may already have moved.
  private func settle(_ before: RechargeReply, _ settlement: Settlement) async throws -> RechargeReply {
    let id = before.recharge.id
    let subject = "\(id) \(settlement.state.rawValue)"
    let request = kit.request(SettleRecharge(id, settlement), of: subject)
    switch try await kit.outcome(of: request, on: "recharge \(id)").result {
    case .success(let reply):
      report(reply.recharge)
      return reply
    case .failure(let refusal):
      kit.logger.critical(
        "the processor contradicts a final recharge",
        metadata: ["recharge_id": "\(id)", "reason": "\(refusal.sentence)"]
      )
      return try await current(id) ?? before
    }
  }

  private func report(_ recharge: Recharge) {
    let metadata: Logger.Metadata = ["recharge_id": "\(recharge.id)", "state": "\(recharge.state.rawValue)"]
    if recharge.state == .needsReview {
      kit.logger.error("a recharge needs review", metadata: metadata)
    } else {
      kit.logger.info("a recharge has an outcome", metadata: metadata)
    }
  }
}
