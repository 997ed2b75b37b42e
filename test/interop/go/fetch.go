package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

var client = &http.Client{Timeout: 30 * time.Second}

const query = `query ($id: ID!) {
  transfer(id: $id) {
    facts { jws ledger { index proof { index treeSize rootHash path checkpoint } } }
  }
}`

// fetchProofs asks a node for the facts of a transfer with their proofs: one query over both subgraphs.
func fetchProofs(hub, token, transfer string) ([]entryProof, error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": map[string]string{"id": transfer}})
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequest(http.MethodPost, hub+"/graphql", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("content-type", "application/json")
	request.Header.Set("authorization", "Bearer "+token)
	text, err := send(request)
	if err != nil {
		return nil, err
	}
	return proofsOf(text)
}

func proofsOf(answer []byte) ([]entryProof, error) {
	var reply struct {
		Data struct {
			Transfer *struct {
				Facts []struct {
					Jws    string `json:"jws"`
					Ledger *struct {
						Index uint64     `json:"index"`
						Proof entryProof `json:"proof"`
					} `json:"ledger"`
				} `json:"facts"`
			} `json:"transfer"`
		} `json:"data"`
		Errors []struct {
			Message string `json:"message"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(answer, &reply); err != nil {
		return nil, err
	}
	if len(reply.Errors) > 0 {
		return nil, errors.New(reply.Errors[0].Message)
	}
	if reply.Data.Transfer == nil {
		return nil, errors.New("no such transfer")
	}
	var proofs []entryProof
	for _, fact := range reply.Data.Transfer.Facts {
		if fact.Ledger == nil {
			return nil, errors.New("a fact is not in the ledger yet")
		}
		if fact.Ledger.Index != fact.Ledger.Proof.Index {
			return nil, errors.New("the proof is of another entry")
		}
		fact.Ledger.Proof.Leaf = fact.Jws
		proofs = append(proofs, fact.Ledger.Proof)
	}
	return proofs, nil
}

// fetchCheckpoint reads the newest signed head as anyone may: without a token.
func fetchCheckpoint(hub string) (string, error) {
	request, err := http.NewRequest(http.MethodGet, hub+"/ledger/checkpoint", nil)
	if err != nil {
		return "", err
	}
	text, err := send(request)
	return string(text), err
}

func send(request *http.Request) ([]byte, error) {
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 16<<20))
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s", request.Method, request.URL, response.Status)
	}
	return text, err
}
