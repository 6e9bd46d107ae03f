import CreditsClient

/// Repeats each call under one key until it is answered, as clients should.
struct PersistentCalls: Sendable {
  let credits: CreditsClient
  let wallet: String
  private var count = 0

  init(credits: CreditsClient, wallet: String) {
    self.credits = credits
    self.wallet = wallet
  }

  mutating func key() -> String {
    count += 1
    return "\(wallet)-\(count)"
  }

  mutating func until<Answer>(_ call: (CreditsClient, String) async throws -> Answer) async throws -> Answer {
    try await until(key(), call)
  }

  /// - Throws: `CreditsError` for a refusal that a repetition does not change.
  func until<Answer>(
    _ key: String,
    _ call: (CreditsClient, String) async throws -> Answer
  ) async throws -> Answer {
    while true {
      do {
        return try await call(credits, key)
      } catch let error as CreditsError where error.passes {
        try await Task.sleep(for: .milliseconds(20))
      } catch let error as CreditsError {
        throw error
      } catch {
        throw TortureError(description: "\(wallet), \(key): \(error)")
      }
    }
  }
}

extension CreditsError {
  /// Whether repeating the same call may succeed.
  fileprivate var passes: Bool {
    switch code {
    case .unavailable, .deadlineExceeded, .cancelled: true
    default: reason == .rechargeInProgress
    }
  }
}

/// Makes a call for each item, a limited number at a time, and takes the answers one after another.
func inParallel<Item: Sendable, Answer: Sendable>(
  _ items: [Item],
  ask: @escaping @Sendable (Item) async throws -> Answer,
  take: (Answer) -> Void
) async throws {
  let mostCalls = 64
  try await withThrowingTaskGroup(of: Answer.self) { group in
    for (index, item) in items.enumerated() {
      if index >= mostCalls, let answer = try await group.next() { take(answer) }
      group.addTask { try await ask(item) }
    }
    while let answer = try await group.next() { take(answer) }
  }
}
