import Glibc
import StripeProcessor

/// Reads secrets from the file that an option names, or from the service's credentials directory (systemd.exec(5),
/// `LoadCredential=`).
enum Credentials {
  /// Returns nil if neither is there.
  static func path(named name: String, file: String?) -> String? {
    if let file { return file }
    guard let directory = getenv("CREDENTIALS_DIRECTORY") else { return nil }
    let path = String(cString: directory) + "/" + name
    return access(path, F_OK) == 0 ? path : nil
  }
}
