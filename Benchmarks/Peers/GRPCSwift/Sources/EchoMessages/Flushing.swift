/// Whether grpc-swift's transport gathers writes for up to 100 µs, as it does by default.
public enum Flushing: String, Sendable {
  case coalescing
  case direct
}
