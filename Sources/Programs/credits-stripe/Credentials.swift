import Glibc
import StripeProcessor

/// Reads secrets from the file that an option names, or from the service's credentials directory (systemd.exec(5),
/// `LoadCredential=`).
enum Credentials {
  static func secret(named name: String, file: String?) throws -> StripeSecret? {
    if let file { return try StripeSecret(path: file) }
    guard let directory = getenv("CREDENTIALS_DIRECTORY") else { return nil }
    let path = String(cString: directory) + "/" + name
    guard access(path, F_OK) == 0 else { return nil }
    return try StripeSecret(path: path)
  }
}
