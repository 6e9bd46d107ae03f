import Ledger
import LedgerStore
import Logging
import MessageDigest
import PaymentProcessing

/// Carries one recharge from its intent to its outcome.
struct RechargeErrand: Sendable {
  let committer: Committer
  let processor: any PaymentProcessor
  let logger: Logger
  let clock: @Sendable () -> LedgerTime
  let sleep: @Sendable (Duration) async throws -> Void

  /// The name on the journal's records of what the processor said.
  private static let actor = "recharge-worker"
  /// Processors forget keys after 24 h; a key that may be forgotten is never sent again.
  private static let keyLifetime = Duration.seconds(23 * 3600)
  /// How long a cardholder may take to authenticate.
  private static let authenticationTime = Duration.seconds(3600)
  private static let firstPause = Duration.seconds(1)
  private static let longestPause = Duration.seconds(60)

  private enum Word {
    case settlement(Settlement)
    case unknown(String)
  }

  /// Returns when the recharge is final, needs review, or the task is cancelled.
  ///
  /// - Parameters:
  ///   - isNew: Whether the processor cannot have been asked yet. Where it may have been, it is asked what it knows
  ///     first.
  ///   - settled: Called at each outcome that became durable.
  func run(_ id: RechargeID, isNew: Bool, settled: () -> Void) async {
    do {
      // Whoever told of it may tell late: what was final meanwhile is not asked of the processor again.
      guard let recharge = try await current(id) else { return }
      var state = recharge.state
      if state == .processing {
        state = try await settle(recharge, try await outcome(of: recharge, isNew: isNew))
        settled()
      }
      if state == .authenticationRequired {
        _ = try await settle(recharge, try await authentication(of: recharge))
        settled()
      }
    } catch {
      // Only cancellation ends up here: the recharge stays open and the next start resumes it.
    }
  }

  /// Asks until there is a definite word, or until the key may be forgotten.
  private func outcome(of recharge: Recharge, isNew: Bool) async throws -> Settlement {
    var pause = Self.firstPause
    var mayHaveBeenAsked = !isNew || age(since: recharge.createTime) >= Self.keyLifetime
    while true {
      switch await word(on: recharge, mayHaveBeenAsked: mayHaveBeenAsked) {
      case .settlement(let settlement): return settlement
      case .unknown(let reason):
        logger.warning(
          "the outcome of a recharge is unknown",
          metadata: ["recharge_id": "\(recharge.id)", "reason": "\(reason)"]
        )
      }
      mayHaveBeenAsked = true
      try await sleep(pause)
      pause = min(pause * 2, Self.longestPause)
    }
  }

  private func word(on recharge: Recharge, mayHaveBeenAsked: Bool) async -> Word {
    if mayHaveBeenAsked {
      switch await found(recharge) {
      case .success(let charge?): return Self.word(charge, on: recharge)
      case .success(nil):
        // That nothing is found proves nothing; but as long as the key lives, sending it again is safe.
        guard age(since: recharge.createTime) < Self.keyLifetime else {
          return .settlement(.needsReview(explanation: "the processor knows of no charge after 23 h"))
        }
      case .failure(let reason):
        guard age(since: recharge.createTime) < Self.keyLifetime else {
          return .settlement(.needsReview(explanation: "unknown after 23 h: \(reason)"))
        }
        return .unknown("\(reason)")
      }
    }
    do throws(ProcessorError) {
      let request = ChargeRequest(
        key: recharge.processorKey,
        rechargeID: recharge.id,
        walletID: recharge.walletID,
        amount: recharge.amount,
        token: recharge.paymentMethod.token
      )
      return Self.word(try await processor.createCharge(request), on: recharge)
    } catch {
      switch error {
      case .outcomeUnknown(let reason): return .unknown(reason)
      case .unknownToken:
        return .settlement(.failed(processorChargeID: nil, explanation: "the processor no longer knows the card"))
      case .rejected(let reason): return .settlement(.failed(processorChargeID: nil, explanation: reason))
      case .cardDeclined(let code): return .settlement(.declined(processorChargeID: nil, code: code))
      case .signatureInvalid: return .unknown("the processor answered another question")
      }
    }
  }

  private func found(_ recharge: Recharge) async -> Result<ProcessorCharge?, ProcessorError> {
    do throws(ProcessorError) {
      return .success(try await processor.findCharge(key: recharge.processorKey))
    } catch {
      return .failure(error)
    }
  }

  /// Waits out the cardholder's time, then ends the charge; either way the processor has the last word.
  private func authentication(of recharge: Recharge) async throws -> Settlement {
    let end = Self.authenticationTime
    while age(since: recharge.createTime) < end {
      if case .success(let charge?) = await found(recharge), let settlement = Self.final(charge, of: recharge) {
        return settlement
      }
      try await sleep(min(end - age(since: recharge.createTime), Self.longestPause))
    }
    while true {
      do throws(ProcessorError) {
        let charge = try await processor.cancelCharge(key: recharge.processorKey)
        if let charge, let settlement = Self.final(charge, of: recharge) { return settlement }
      } catch {
        logger.warning("a charge could not be cancelled", metadata: ["recharge_id": "\(recharge.id)"])
      }
      try await sleep(Self.longestPause)
    }
  }

  private static func final(_ charge: ProcessorCharge, of recharge: Recharge) -> Settlement? {
    guard case .settlement(let settlement) = word(charge, on: recharge), settlement.state.isTerminal else { return nil }
    return settlement
  }

  /// A charge that does not repeat the recharge's id and amount is an answer to something else, and proves nothing.
  private static func word(_ charge: ProcessorCharge, on recharge: Recharge) -> Word {
    guard charge.rechargeID == recharge.id, charge.amount == recharge.amount else {
      return .unknown("the processor answered with another charge")
    }
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

  /// The recharge as the ledger has it now.
  private func current(_ id: RechargeID) async throws -> Recharge? {
    guard case .reply(.recharge(let reply)) = try await answer(to: .ask(.recharge(id)), on: id) else { return nil }
    return reply.recharge
  }

  /// Commits the outcome: the money may already have moved.
  private func settle(_ recharge: Recharge, _ settlement: Settlement) async throws -> RechargeState {
    let fingerprint = SHA256.hash(Array("\(recharge.id) \(settlement.state.rawValue)".utf8))
    let origin = Origin(
      caller: Self.actor,
      key: nil,
      method: .settleRecharge,
      fingerprint: Digest(fingerprint)
    )
    switch try await answer(to: .mutate(.settleRecharge(recharge.id, settlement), origin), on: recharge.id) {
    case .reply(.recharge(let reply)):
      report(reply.recharge)
      return reply.recharge.state
    case .refusal(let refusal):
      logger.critical(
        "the processor contradicts a final recharge",
        metadata: ["recharge_id": "\(recharge.id)", "reason": "\(refusal.sentence)"]
      )
      return .needsReview
    case .reply: return .needsReview
    }
  }

  /// Asks the ledger as often as it takes.
  private func answer(to command: Command, on id: RechargeID) async throws -> Answer {
    while true {
      do throws(LedgerError) {
        return try await committer.submit(command).answer
      } catch {
        logger.error(
          "the ledger did not answer the recharge worker",
          metadata: ["recharge_id": "\(id)", "error": "\(error)"]
        )
      }
      try await sleep(Self.firstPause)
    }
  }

  private func report(_ recharge: Recharge) {
    let metadata: Logger.Metadata = ["recharge_id": "\(recharge.id)", "state": "\(recharge.state.rawValue)"]
    if recharge.state == .needsReview {
      logger.error("a recharge needs review", metadata: metadata)
    } else {
      logger.info("a recharge has an outcome", metadata: metadata)
    }
  }

  private func age(since time: LedgerTime) -> Duration { .microseconds(clock().microseconds(since: time)) }
}
