// Renders a Helm chart with the template language and the functions that Helm itself is made of, so that the manifests can
// be checked where no Helm is: go run . CHART RELEASE [VALUES] > manifests.yaml
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"gopkg.in/yaml.v3"
)

func main() {
	if len(os.Args) != 3 && len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: render CHART RELEASE [VALUES]")
		os.Exit(2)
	}
	if err := render(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func render(chart, release string, others []string) error {
	values, err := mapIn(filepath.Join(chart, "values.yaml"))
	if err != nil {
		return err
	}
	for _, file := range others {
		other, err := mapIn(file)
		if err != nil {
			return err
		}
		overwrite(values, other)
	}
	about, err := mapIn(filepath.Join(chart, "Chart.yaml"))
	if err != nil {
		return err
	}
	data := map[string]any{
		"Values":  values,
		"Chart":   about,
		"Release": map[string]any{"Name": release, "Namespace": "default", "Service": "Helm"},
	}
	all := template.New("chart").Option("missingkey=error").Funcs(sprig.TxtFuncMap())
	all.Funcs(template.FuncMap{
		"include": func(name string, data any) (string, error) {
			var out bytes.Buffer
			err := all.ExecuteTemplate(&out, name, data)
			return out.String(), err
		},
		"toYaml": func(value any) (string, error) {
			out, err := yaml.Marshal(value)
			return strings.TrimSuffix(string(out), "\n"), err
		},
	})
	files, err := filepath.Glob(filepath.Join(chart, "templates", "*"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return errors.New("no templates in " + chart)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if _, err := all.New(filepath.Base(file)).Parse(string(text)); err != nil {
			return err
		}
	}
	for _, file := range files {
		if filepath.Ext(file) != ".yaml" {
			continue
		}
		fmt.Println("---")
		if err := all.ExecuteTemplate(os.Stdout, filepath.Base(file), data); err != nil {
			return err
		}
	}
	return nil
}

// overwrite puts values in the place of others as Helm does: maps member by member, anything else whole.
func overwrite(values, others map[string]any) {
	for name, other := range others {
		inner, isMap := other.(map[string]any)
		known, wasMap := values[name].(map[string]any)
		if isMap && wasMap {
			overwrite(known, inner)
		} else {
			values[name] = other
		}
	}
}

func mapIn(file string) (map[string]any, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var values map[string]any
	return values, yaml.Unmarshal(text, &values)
}
