import Ledger

// How objects are found again whose ids were lost.
extension StripeProcessor {
  /// Objects younger than this are looked for in a list, too, in seconds: search finds an object after about a minute, and
  /// after an hour when Stripe is in trouble (https://docs.stripe.com/search#data-freshness).
  private static let searchDelay: Int64 = 3600
  private static let pageSize = 100
  /// The maximum number of pages read of a list. Lookups do not find older objects, which is allowed: nil proves nothing.
  private static let mostPages = 50

  func intent(id: String, _ call: StripeCall) async throws(ProcessorFailure) -> StripePaymentIntent? {
    guard StripeToken.isName(id) else { return nil }
    let answer = try await call.send(.get("payment_intents/\(id)"))
    if case .missing = answer.refusal { return nil }
    guard answer.isSuccess else { throw answer.failure(missing: .unknownToken) }
    let intent: StripePaymentIntent = try answer.object()
    try checkMode(intent.livemode)
    guard intent.id == id else { throw .outcomeUnknown("Stripe answered with another charge") }
    return intent
  }

  /// Returns the intent of an idempotency key.
  func intent(key: String, _ call: StripeCall) async throws(ProcessorFailure) -> StripePaymentIntent? {
    func isWanted(_ intent: StripePaymentIntent) -> Bool { intent.metadata?[MetadataName.key] == key && intent.isOurs }
    if let id = knownIntents[key], let intent = try await intent(id: id, call), isWanted(intent) { return intent }
    guard let found = try await find("payment_intents", MetadataName.key, key, call, isWanted) else { return nil }
    try checkMode(found.livemode)
    knownIntents.remember(found.id, for: key)
    return found
  }

  /// Returns the customer of a wallet, unless it is one of `lost`.
  func existingCustomer(
    of walletID: WalletID,
    except lost: Set<String>,
    _ call: StripeCall
  ) async throws(ProcessorFailure) -> String? {
    if let id = knownCustomers[walletID.value], !lost.contains(id) { return id }
    let found = try await find("customers", MetadataName.walletID, walletID.value, call) { (customer: StripeCustomer) in
      customer.walletID == walletID.value && customer.deleted != true && !lost.contains(customer.id)
    }
    guard let found else { return nil }
    try checkMode(found.livemode)
    knownCustomers.remember(found.id, for: walletID.value)
    return found.id
  }

  /// Finds an object by its metadata: by search, and, because search lags and some accounts have none, in the list of recent
  /// objects.
  private func find<Object: Decodable & Identifiable>(
    _ path: String,
    _ name: String,
    _ value: String,
    _ call: StripeCall,
    _ isWanted: (Object) -> Bool
  ) async throws(ProcessorFailure) -> Object? where Object.ID == String {
    let query = [("query", StripeSearch.query(name, value)), ("limit", String(Self.pageSize))]
    let answer = try await call.send(.get("\(path)/search", query))
    guard answer.isSuccess else {
      // Accounts in some countries have no search, and neither have some servers that implement Stripe's API.
      guard answer.refusal != nil || [403, 404].contains(answer.status) else {
        throw answer.failure(missing: .unknownToken)
      }
      return try await first(in: path, [], call, isWanted)
    }
    let page: StripeList<Object> = try answer.object()
    if let found = page.data.first(where: isWanted) { return found }
    let since = String(clock() - Self.searchDelay)
    return try await first(in: path, [("created[gte]", since)], call, isWanted)
  }

  /// Returns the newest object of a list that satisfies `isWanted`. Stripe returns lists newest first.
  func first<Object: Decodable & Identifiable>(
    in path: String,
    _ filter: [(String, String)],
    _ call: StripeCall,
    _ isWanted: (Object) -> Bool
  ) async throws(ProcessorFailure) -> Object? where Object.ID == String {
    let fields = filter + [("limit", String(Self.pageSize))]
    var page = fields
    for _ in 1...Self.mostPages {
      let answer = try await call.send(.get(path, page))
      if case .missing = answer.refusal { return nil }
      guard answer.isSuccess else { throw answer.failure(missing: .unknownToken) }
      let list: StripeList<Object> = try answer.object()
      if let found = list.data.first(where: isWanted) { return found }
      guard list.hasMore == true, let last = list.data.last else { return nil }
      page = fields + [("starting_after", last.id)]
    }
    return nil
  }
}
