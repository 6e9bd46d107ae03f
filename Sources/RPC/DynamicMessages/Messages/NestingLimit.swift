/// How deep data may nest before it is refused, so that no input can exhaust the stack.
package enum NestingLimit {
  /// Messages inside one another; the same in protobuf's own implementations.
  package static let messages = 100
}
