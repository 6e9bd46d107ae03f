// An echo client on ttrpc: one connection, one goroutine per call in flight.
package main

import (
	"bytes"
	"context"
	"errors"
	"log"
	"net"

	"echottrpc"
	"window"

	"github.com/containerd/ttrpc"
)

func main() {
	arguments := window.ParseArguments()
	connection, err := net.Dial("unix", arguments.Socket)
	if err != nil {
		log.Fatal(err)
	}
	client := echottrpc.NewEchoServiceClient(ttrpc.NewClient(connection))
	payload := bytes.Repeat([]byte{'x'}, 62)
	window.Run(arguments, func() error {
		reply, err := client.Echo(context.Background(), &echottrpc.EchoMessage{Payload: payload})
		if err == nil && len(reply.Payload) != len(payload) {
			err = errors.New("the reply is not what was sent")
		}
		return err
	})
}
