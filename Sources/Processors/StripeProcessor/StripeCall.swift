import Encodings
import Ledger
import MessageDigest

/// One call of the processor's interface: all its requests to Stripe share one time limit.
struct StripeCall: Sendable {
  /// The maximum number of keys that a request is sent under within one call.
  private static let mostNumbers = 8

  let connection: StripeConnection
  /// When the call has to end.
  let end: ContinuousClock.Instant

  func send(_ request: StripeRequest) async throws(ProcessorFailure) -> StripeAnswer {
    try await connection.send(request, until: end)
  }

  /// Sends a POST whose repetition is harmless, under keys with numbers.
  ///
  /// Stripe stores failures of its own for a key and answers them again for a day. If it has, `effect` looks whether the
  /// request has had its effect all the same; if not, the request is sent under the next number.
  ///
  /// - Parameters:
  /// - path: The path of the request.
  /// - key: Returns the key with a number, counted from 0.
  /// - effect: Returns an answer that shows the effect, or nil if there is none.
  func sendNumbered(
    _ path: String,
    key: (Int) -> String,
    _ fields: [(String, String)] = [],
    effect: () async throws(ProcessorFailure) -> StripeAnswer?
  ) async throws(ProcessorFailure) -> StripeAnswer {
    try await underNumbers { number async throws(ProcessorFailure) in
      let answer = try await send(.post(path, key: key(number), fields))
      return answer.isStoredFailure ? try await effect() : answer
    }
  }

  /// Makes attempts under the numbers from 0 on until one has a result.
  ///
  /// - Parameter attempt: Returns nil if the request has to be sent under the next number.
  func underNumbers<Result>(
    _ attempt: (_ number: Int) async throws(ProcessorFailure) -> Result?
  ) async throws(ProcessorFailure) -> Result {
    for number in 0..<Self.mostNumbers {
      if let result = try await attempt(number) { return result }
    }
    throw .outcomeUnknown("Stripe repeats its failures")
  }

  /// Returns a key for one step of a request with several steps, within Stripe's limit of 255 bytes.
  static func key(_ step: String, of name: String, number: Int = 0) -> String {
    let digest = SHA256.hash(Array(name.utf8))
    let digits = [digest.0, digest.1, digest.2, digest.3].map { Hexadecimal.text($0, digitCount: 16) }
    return "\(step)-\(digits.joined())" + (number == 0 ? "" : "-\(number)")
  }
}
