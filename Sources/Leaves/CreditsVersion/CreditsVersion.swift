/// The version of every program here, as `--version` and the logs show it.
package enum CreditsVersion {
  /// By semver.org. A ledger and the contract have versions of their own.
  package static let current = "0.1.0"
}
