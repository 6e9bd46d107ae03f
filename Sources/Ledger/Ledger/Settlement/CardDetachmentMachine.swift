import Backoff

/// Detaches a removed card at the processor.
///
/// Driven like a `SettlementMachine`. The token is not detached while another card of the wallet uses it, nor while a
/// new card is being attached, whose token is not known yet. Detaching needs no key, because repeating it is harmless:
/// it is repeated until the processor confirms that the token is gone.
package struct CardDetachmentMachine: Sendable {
  package enum Event: Hashable, Sendable {
    /// The first event.
    case begun
    /// The ledger's card, in any state. Nil if it does not exist.
    case card(PaymentMethod?)
    /// Whether the card's token is in use.
    case tokenUse(TokenUse)
    /// The ledger has answered the commit, with success or a refusal.
    case committed
    case response(ProcessorResponse)
    /// The time of `wait` has passed.
    case pauseEnded
  }

  package enum Action: Hashable, Sendable {
    /// Read the card from the ledger. Followed by `card`.
    case readCard
    /// Ask the ledger whether a card of the wallet uses the token. Followed by `tokenUse`.
    case readTokenUse(WalletID, PaymentMethodToken)
    /// Call the processor. Followed by `response`.
    case call(ProcessorCall)
    /// Commit that the card is detached, or that another card keeps its token. Followed by `committed`.
    case commit(PaymentMethodID)
    /// Wait this long. Followed by `pauseEnded`.
    case wait(Duration)
    /// Log the report. No event follows.
    case report(SettlementReport)
    /// Nothing is left to do. No event follows.
    case finished
  }

  private enum State {
    /// Nothing has happened. `begun` → `reading`.
    case idle
    /// The ledger is asked for the card. Removed → `checkingUse`; anything else → `finished`.
    case reading
    /// The ledger is asked whether the token is in use. Used → `committing`; unused → `detaching`; undecided → `pausing`.
    case checkingUse(PaymentMethod)
    /// The processor detaches the card. Gone → `committing`; anything else → `pausing`.
    case detaching(PaymentMethod)
    /// `pauseEnded` → `checkingUse`, since the same card may have been saved again.
    case pausing(PaymentMethod)
    /// The ledger records the detachment. `committed` → `finished`.
    case committing
    /// No transition leads out of this state.
    case finished
  }

  private var state = State.idle
  private var pauses = Backoff.betweenCalls

  package init() {}

  package mutating func handle(_ event: Event) -> [Action] {
    switch (state, event) {
    case (.idle, .begun):
      state = .reading
      return [.readCard]
    case (.reading, .card(let card)):
      guard let card, card.state == .removed else { return finish() }
      return checkUse(of: card)
    case (.checkingUse(let card), .tokenUse(let use)):
      switch use {
      case .used: return commit(card)
      case .undecided: return retry(card, because: "a recharge under way may bring the same card")
      case .unused:
        state = .detaching(card)
        return [.call(.detachCard(card.token))]
      }
    case (.detaching(let card), .response(let response)):
      switch response {
      case .detached, .failure(.unknownToken): return commit(card)
      case .failure(let failure): return retry(card, because: failure.description)
      case .attached, .charge, .refund, .notFound: return retry(card, because: unrelatedResponse)
      }
    case (.pausing(let card), .pauseEnded): return checkUse(of: card)
    case (.committing, .committed): return finish()
    case (.idle, _), (.reading, _), (.checkingUse, _), (.detaching, _), (.pausing, _), (.committing, _), (.finished, _):
      return []
    }
  }

  private mutating func checkUse(of card: PaymentMethod) -> [Action] {
    state = .checkingUse(card)
    return [.readTokenUse(card.walletID, card.token)]
  }

  private mutating func commit(_ card: PaymentMethod) -> [Action] {
    state = .committing
    return [.commit(card.id)]
  }

  private mutating func retry(_ card: PaymentMethod, because reason: String) -> [Action] {
    state = .pausing(card)
    return [.report(.outcomeUnknown(reason: reason)), .wait(pauses.nextPause())]
  }

  private mutating func finish() -> [Action] {
    state = .finished
    return [.finished]
  }
}
