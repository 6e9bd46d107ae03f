import CreditsAPI
import UnixGRPC

/// A client of `creditsd` for services on the same host: wallets, recharges and cards over one Unix socket.
///
/// Share one client per process. Every call has a deadline, 10 seconds by default. A call that fails with UNAVAILABLE is
/// retried until its deadline with the same idempotency key, so that it takes effect at most once. Failures are thrown
/// as ``CreditsError``. After any other failure whose outcome is unknown, such as `deadlineExceeded`, repeat the call
/// with the same key.
public struct CreditsClient: Sendable {
  /// Wallets, charges and entries.
  public let wallet: WalletCalls
  /// Credits set aside for future usage.
  public let hold: HoldCalls
  /// The whole ledger: all wallets, events, verification and backup.
  public let ledger: LedgerCalls
  /// Recharges, which pay for credits by card.
  public let recharge: RechargeCalls
  /// The saved cards that pay for recharges.
  public let paymentMethod: PaymentMethodCalls

  private let client: GRPCClient
  private let streams: OpenStreams

  private init(client: GRPCClient, timeout: Duration) {
    self.client = client
    let caller = Caller(client: client, timeout: timeout)
    streams = caller.streams
    wallet = WalletCalls(caller: caller)
    hold = HoldCalls(caller: caller)
    ledger = LedgerCalls(caller: caller)
    recharge = RechargeCalls(caller: caller)
    paymentMethod = PaymentMethodCalls(caller: caller)
  }

  /// Connects to `creditsd`.
  ///
  /// - Parameters:
  ///   - socketPath: The socket that `creditsd` listens on, at most 107 bytes.
  ///   - timeout: The default timeout of each call, retries included.
  ///   - waitsForServer: Whether to retry until `timeout`, for a server that is still starting.
  ///   - pollsWhileBusy: Whether the client's thread polls for a moment before it sleeps, while calls follow each other within
  ///     a tenth of a millisecond. A client that calls less often never polls, so there is rarely a reason to turn it off.
  /// - Throws: ``CreditsError`` with the code `unavailable` if no server listens there, or this user may not connect.
  public static func connect(
    socketPath: String,
    timeout: Duration = .seconds(10),
    waitsForServer: Bool = false,
    pollsWhileBusy: Bool = true
  ) async throws -> CreditsClient {
    var configuration = GRPCClient.Configuration()
    configuration.busyPolling = pollsWhileBusy ? .adaptive : .off
    let client = GRPCClient(socketPath: socketPath, configuration: configuration)
    do { try await client.connect(timeout: timeout, waitsForReady: waitsForServer) } catch { throw CreditsError(error) }
    return CreditsClient(client: client, timeout: timeout)
  }

  /// Cancels watches with the code `cancelled`, waits for other calls to finish, and disconnects.
  public func close() async {
    streams.close()
    await client.close()
  }
}
